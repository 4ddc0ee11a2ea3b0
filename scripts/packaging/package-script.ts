import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A script of packaging/ that a package manager runs, complete in itself: a line `. packaging/NAME.sh` is replaced by that file,
 * with what shellcheck is told of it.
 */
export function packageScript(root: string, path: string): string {
  const text = readFileSync(join(root, path), 'utf8');
  return text.replaceAll(/^(?:# shellcheck source=.*\n)?\. (packaging\/\S+)\n/gm, (_, other: string) =>
    withoutFirstLine(packageScript(root, other)),
  );
}

/** `# shellcheck shell=sh`, which means nothing in the middle of a file. */
function withoutFirstLine(text: string): string {
  return text.replace(/^# shellcheck shell=sh\n/, '');
}
