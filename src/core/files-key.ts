import type { OutputFile } from './deploy-model.ts';

/**
 * What the configuration says of the `files` of a certificate, a line each; null without any. Recorded when they
 * have been written (docs/state.md section 5).
 */
export function filesKey(files: readonly OutputFile[]): string | null {
  return files.length === 0 ? null : files.map(lineOf).join('\n');
}

/**
 * Whether an entry was added or changed since what is `recorded` was written. One that was taken out owes
 * nothing: its file stays.
 */
export function filesOwed(files: readonly OutputFile[], recorded: string | null): boolean {
  const written = new Set(recorded?.split('\n'));
  return files.some(file => !written.has(lineOf(file)));
}

/** No path has a line break, and no user's name is a dash (`config/schema-values.ts`). */
function lineOf({ path, content, owner, group, mode }: OutputFile): string {
  return `${content} ${owner ?? '-'}:${group ?? '-'} ${mode.toString(8).padStart(4, '0')} ${path}`;
}
