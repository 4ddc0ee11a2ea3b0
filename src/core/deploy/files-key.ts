import type { OutputFile } from './deploy-model.ts';

/**
 * What the configuration says of the `files` of a certificate, a line each. Recorded when they have been written
 * (docs/state.md section 5).
 */
export function filesKey(files: readonly OutputFile[]): readonly string[] {
  return files.map(lineOf);
}

/**
 * The entries that were added or changed since what is `recorded` was written. One that was taken out owes
 * nothing: its file stays.
 */
export function owedFiles(files: readonly OutputFile[], recorded: readonly string[]): readonly OutputFile[] {
  return files.filter(file => !recorded.includes(lineOf(file)));
}

export function filesOwed(files: readonly OutputFile[], recorded: readonly string[]): boolean {
  return owedFiles(files, recorded).length > 0;
}

/** No user's name is a dash (`config/schema-values.ts`). */
function lineOf({ path, content, owner, group, mode }: OutputFile): string {
  return `${content} ${owner ?? '-'}:${group ?? '-'} ${mode.toString(8).padStart(4, '0')} ${path}`;
}

/** A file that was written and is in the configuration no longer. */
export type FormerFile = Pick<OutputFile, 'path' | 'owner'>;

/** What is `recorded` of paths that the configuration does not have any more. */
export function formerFiles(
  files: readonly OutputFile[],
  recorded: readonly string[],
): readonly FormerFile[] {
  const seen = new Set(files.map(({ path }) => path));
  return recorded.flatMap(line => {
    const [, owner = '', path = ''] = /^\w+ ([^ :]+):[^ ]+ \d+ (\/.+)$/s.exec(line) ?? [];
    if (path === '' || seen.has(path)) return [];
    seen.add(path);
    return [{ path, owner: owner === '-' ? null : owner }];
  });
}
