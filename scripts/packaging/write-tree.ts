import { chmodSync, copyFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageFile } from './program-files.ts';

/** Writes files below `dir`, whatever the umask is. */
export function writeTree(dir: string, files: readonly PackageFile[]): void {
  for (const { path, mode, content } of files) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(file, content);
    else copyFileSync(content.from, file);
    chmodSync(file, mode);
  }
}

/** Gives all below `dir`, and itself, one date (seconds since 1970), and directories the mode 0755. */
export function levelTree(dir: string, date: number): void {
  for (const each of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, each.name);
    if (each.isDirectory()) levelTree(path, date);
    else utimesSync(path, date, date);
  }
  chmodSync(dir, 0o755);
  utimesSync(dir, date, date);
}
