import type { OutputFile } from './deploy-model.ts';

/**
 * What the configuration says of the `files` of a certificate, a line each. Recorded when they have been written
 * (docs/state.md section 5).
 */
export function filesKey(files: readonly OutputFile[]): readonly string[] {
  return files.map(lineOf);
}

/**
 * Whether an entry was added or changed since what is `recorded` was written. One that was taken out owes
 * nothing: its file stays.
 */
export function filesOwed(files: readonly OutputFile[], recorded: readonly string[]): boolean {
  return files.some(file => !recorded.includes(lineOf(file)));
}

/** No user's name is a dash (`config/schema-values.ts`). */
function lineOf({ path, content, owner, group, mode }: OutputFile): string {
  return `${content} ${owner ?? '-'}:${group ?? '-'} ${mode.toString(8).padStart(4, '0')} ${path}`;
}
