import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CertdError } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import { isName, type Layout, layoutNumber } from './layout.ts';
import { removeTree } from './remove-tree.ts';
import { exists, replaceFile } from './replace-file.ts';

/**
 * Makes the state directory where there is none and checks one that is there (docs/state.md section 2).
 * Throws `layout-too-new`, `layout-corrupt` or `permission-denied`, and then has changed nothing.
 */
export async function openState(disk: Disk, layout: Layout, uid: number): Promise<void> {
  checkLayout(layout);
  checkOwner(layout, uid);
  if (!exists(layout.root)) {
    await disk.makeDir(layout.root, 0o755);
    // Only where it is certd's own making: the parent of one made by systemd may be closed to certd.
    await disk.syncDir(dirname(layout.root));
  }
  const directories: readonly (readonly [string, number])[] = [
    [layout.deployed, 0o755],
    [layout.live, 0o755],
    [layout.deploy, 0o755],
    [layout.issuer, 0o700],
    [layout.accounts, 0o700],
    [layout.work, 0o700],
    [layout.issued, 0o700],
    [layout.state, 0o700],
    [layout.revoked, 0o700],
    [layout.attempts, 0o700],
    [layout.tokens, 0o700],
  ];
  for (const [path, mode] of directories) {
    if (!exists(path)) await disk.makeDir(path, mode);
  }
  if (exists(layout.layoutFile)) return;
  await disk.syncDir(layout.issuer);
  await replaceFile(disk, layout.layoutFile, `${layoutNumber}\n`, 0o644);
}

/** Refuses a layout of a newer version, or a LAYOUT that holds no number; a missing one is a first start. */
export function checkLayout(layout: Layout): void {
  if (!exists(layout.layoutFile)) return;
  const text = readFileSync(layout.layoutFile, 'utf8').trim();
  if (!/^\d{1,6}$/.test(text)) {
    throw new CertdError('layout-corrupt', `${layout.layoutFile} holds no layout number`);
  }
  if (Number(text) <= layoutNumber) return;
  throw new CertdError(
    'layout-too-new',
    `${layout.root} has layout ${text}; this version knows layouts up to ${layoutNumber}`,
  );
}

function checkOwner(layout: Layout, uid: number): void {
  if (!exists(layout.issuer)) return;
  const owner = statSync(layout.issuer).uid;
  if (owner === uid) return;
  const whose = `${layout.issuer} belongs to user ${owner}, and certd runs as user ${uid}`;
  if (uid === 0) {
    throw new CertdError(
      'not-available-yet',
      `${whose}: it does not drop to that user yet; run it as that user`,
    );
  }
  throw new CertdError('permission-denied', `${whose}: run it as that user`);
}

/** Removes what a crash left under a name that is never read. Call it with both locks held. */
export async function sweepLeftovers(disk: Disk, layout: Layout): Promise<readonly string[]> {
  const places = [
    layout.live,
    layout.work,
    layout.accounts,
    ...directoriesOfNames(layout.deployed),
    ...directoriesOfNames(layout.issued),
  ];
  const removed: string[] = [];
  for (const place of places) {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      if (!entry.name.startsWith('.new-') && !entry.name.startsWith('.old-')) continue;
      const path = join(place, entry.name);
      if (entry.isDirectory()) await removeTree(disk, path);
      else await disk.unlink(path);
      removed.push(path);
    }
  }
  return removed;
}

function directoriesOfNames(parent: string): string[] {
  const entries = readdirSync(parent, { withFileTypes: true });
  return entries
    .filter(entry => entry.isDirectory() && isName(entry.name))
    .map(entry => join(parent, entry.name));
}
