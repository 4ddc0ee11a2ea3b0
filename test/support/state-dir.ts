import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { openState } from '../../src/store/open.ts';

/** In memory where the machine has such a place: every write is synced. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export const ownUid = process.geteuid?.() ?? 0;

/** A directory of the test's own, gone when the test ends. */
export function ownDir(): string {
  const dir = mkdtempSync(join(memory, 'certd-state-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A fresh state directory as certd makes it. */
export async function openStateDir(): Promise<Layout> {
  const layout = layoutAt(join(ownDir(), 'state'));
  await openState(realDisk, layout, ownUid);
  return layout;
}

/** Everything below a directory, as "mode path content": equal before and after is untouched. */
export function treeOf(dir: string, prefix = ''): readonly string[] {
  return readdirSync(dir)
    .sort()
    .flatMap(entry => {
      const path = join(dir, entry);
      const found = lstatSync(path);
      const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
      if (found.isSymbolicLink()) return [`link ${prefix}${entry} -> ${readlinkSync(path)}`];
      if (found.isDirectory()) return [`${mode} ${prefix}${entry}/`, ...treeOf(path, `${prefix}${entry}/`)];
      return [`${mode} ${prefix}${entry} ${readFileSync(path).toString('base64')}`];
    });
}

/** The same without contents. */
export function modesOf(dir: string): readonly string[] {
  return treeOf(dir).map(line => (line.startsWith('link') ? line : line.split(' ').slice(0, 2).join(' ')));
}
