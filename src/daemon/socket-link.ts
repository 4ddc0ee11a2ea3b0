import { lstatSync, readlinkSync, type Stats, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { asCertdError, CertdError } from '../core/errors.ts';
import { askDaemon } from '../health/client.ts';

/**
 * Removes the link that a daemon which was killed left in `place`. A link that leads to no socket is nobody's of
 * ours and stays; one to a socket that answers belongs to a living daemon and is `locked`.
 */
export async function removeOldLink(place: string): Promise<void> {
  if (lookAt(place)?.isSymbolicLink() !== true) return;
  const target = statSync(place, { throwIfNoEntry: false });
  if (target !== undefined && !target.isSocket()) return;
  await refuseLiving(place);
  unlinkSync(place);
}

/**
 * Makes `place` a link to a socket that listens elsewhere, since clients ask there first and connect(2) follows
 * links. A dead socket is replaced; anything else there is left and refused. Returns the removal of the link.
 */
export async function linkToSocket(place: string, socket: string): Promise<() => void> {
  const found = lookAt(place);
  if (found !== undefined) {
    // Another way to write the same path, for example through /var/run.
    if (isSame(found, statSync(socket))) return () => {};
    if (!found.isSocket()) {
      throw new CertdError('disk-failed', `${place} is there and is no socket; it is left as it is`);
    }
    await refuseLiving(place);
    unlinkSync(place);
  }
  symlinkSync(socket, place);
  return () => {
    if (lookAt(place)?.isSymbolicLink() === true && readlinkSync(place) === socket) unlinkSync(place);
  };
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

async function refuseLiving(place: string): Promise<void> {
  try {
    await askDaemon({ socket: place, method: 'GET', path: '/livez', body: null, timeoutMs: 2000 });
  } catch (thrown) {
    if (asCertdError(thrown).code === 'daemon-dead') return;
    throw thrown;
  }
  throw new CertdError('locked', `another certd answers on ${place}`);
}
