import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CertdError } from '../core/errors.ts';
import type { Half } from '../core/half.ts';
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
  await makeRoot(disk, layout);
  await makeMissing(disk, deployerDirectories(layout), 0o755);
  await makeMissing(disk, issuerDirectories(layout), 0o700);
  if (exists(layout.layoutFile)) return;
  await disk.syncDir(layout.issuer);
  await writeLayout(disk, layout);
}

/** The same for the issuer’s half alone. Who owns the state directory makes the rest. */
export async function openIssuerHalf(disk: Disk, layout: Layout, uid: number): Promise<void> {
  checkLayout(layout);
  checkOwner(layout, uid);
  await makeRoot(disk, layout);
  await makeMissing(disk, issuerDirectories(layout), 0o700);
}

/**
 * The same for the deployer’s half, where there is an issuer’s. Call it with the deployer's lock held, and `deploy/`, where
 * that lies, made.
 */
export async function openDeployerHalf(disk: Disk, layout: Layout): Promise<void> {
  await makeMissing(disk, deployerDirectories(layout), 0o755);
  if (!exists(layout.layoutFile)) await writeLayout(disk, layout);
}

async function makeRoot(disk: Disk, layout: Layout): Promise<void> {
  if (exists(layout.root)) return;
  await disk.makeDir(layout.root, 0o755);
  // Only where it is certd's own making: the parent of one made by systemd may be closed to certd.
  await disk.syncDir(dirname(layout.root));
}

function deployerDirectories(layout: Layout): readonly string[] {
  return [layout.deployed, layout.live, layout.deploy];
}

function issuerDirectories(layout: Layout): readonly string[] {
  const { issuer, accounts, work, issued, state, revoked, attempts, tokens, requests, served } = layout;
  return [issuer, accounts, work, issued, state, revoked, attempts, tokens, requests, served];
}

async function makeMissing(disk: Disk, directories: readonly string[], mode: number): Promise<void> {
  for (const path of directories) {
    if (!exists(path)) await disk.makeDir(path, mode);
  }
}

function writeLayout(disk: Disk, layout: Layout): Promise<void> {
  return replaceFile(disk, layout.layoutFile, `${layoutNumber}\n`, 0o644);
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
  throw new CertdError('permission-denied', `${whose}: run it as that user`);
}

/** Removes what a crash left under a name that is never read. Call it with the locks of what is swept held. */
export async function sweepLeftovers(
  disk: Disk,
  layout: Layout,
  half: Half = 'both',
): Promise<readonly string[]> {
  const places = [
    ...(half === 'issuer' ? [] : [layout.live, ...directoriesOfNames(layout.deployed)]),
    ...(half === 'deployer' ? [] : [layout.work, layout.accounts, ...directoriesOfNames(layout.issued)]),
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
