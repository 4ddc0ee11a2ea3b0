import { realpath, statfs } from 'node:fs/promises';
import { posix } from 'node:path';
import { asCertdError, systemErrorOf } from '../../core/errors.ts';
import type { Examined } from '../examined.ts';
import type { Finding } from '../finding.ts';
import { type HostTools, readAll } from '../look.ts';
import type { ServerLook } from '../sites/site.ts';
import { type DiskPlace, type DiskUse, diskFindings, type HiddenPlace } from './disk-findings.ts';
import { type Mount, mountOf, mountsOf } from './mounts.ts';

/** Looks at the file systems that certd writes to, and only at those: one that does not answer holds up all. */
export async function lookAtDisk(
  host: Examined,
  _servers: readonly ServerLook[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  const mounts = mountsOf((await readAll([mountinfo], tools, [])).get(mountinfo) ?? '');
  const places = await Promise.all(usesOf(host).map(([path, use]) => placeAt(path, use, mounts)));
  return diskFindings(places, host.targets.length);
}

const mountinfo = '/proc/self/mountinfo';

/** Each directory once, for the use that asks most of it. */
function usesOf({ root, runtimeDir, targets }: Examined): readonly (readonly [string, DiskUse])[] {
  const uses = new Map<string, DiskUse>();
  const add = (path: string, use: DiskUse) => void (uses.has(path) || uses.set(path, use));
  add(root, 'state');
  for (const { path } of targets.flatMap(({ files }) => files)) add(posix.dirname(path), 'output');
  for (const { challenge } of targets) if (challenge.kind === 'webroot') add(challenge.path, 'webroot');
  add(runtimeDir, 'sockets');
  return [...uses];
}

async function placeAt(
  path: string,
  use: DiskUse,
  mounts: readonly Mount[],
): Promise<DiskPlace | HiddenPlace> {
  try {
    const existing = await nearest(path);
    const { bavail, bsize, ffree, files } = await statfs(existing);
    const space = { freeBytes: bavail * bsize, freeInodes: files === 0 ? null : ffree };
    return { path, use, space, mount: mountOf(existing, mounts) };
  } catch (thrown) {
    if (systemErrorOf(thrown) === null) throw thrown;
    return { path, fault: asCertdError(thrown).message };
  }
}

/** Without symlinks; what is not there yet will be made in the directory above. */
async function nearest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if (systemErrorOf(thrown)?.code !== 'ENOENT' || path === '/') throw thrown;
    return nearest(posix.dirname(path));
  }
}
