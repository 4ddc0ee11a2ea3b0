import { sweepTokens } from '../challenge/webroot.ts';
import type { Config } from '../config/config.ts';
import { CertdError, logFields } from '../core/errors.ts';
import { nameConflicts } from '../core/name-conflicts.ts';
import type { Disk } from '../core/ports.ts';
import type { Log } from '../log.ts';
import type { Layout } from '../store/layout.ts';
import { openState, sweepLeftovers } from '../store/open.ts';
import { tokenRecord } from '../store/tokens.ts';
import type { World } from '../store/world.ts';

export type SessionHost = {
  readonly uid: number;
  readonly log: Log;
  /** `store/lock.ts`; returns the release. */
  readonly takeLock: (path: string) => () => void;
};

/**
 * Opens the state directory for changing: made or checked, both locks taken, and what a crash left swept
 * away. Returns the release of the locks. Throws before it has changed anything that was there.
 */
export async function openSession(
  disk: Disk,
  layout: Layout,
  { uid, log, takeLock }: SessionHost,
): Promise<() => void> {
  await openState(disk, layout, uid);
  const releaseIssuer = takeLock(layout.issuerLock);
  let releaseDeployer = () => {};
  const release = () => {
    releaseDeployer();
    releaseIssuer();
  };
  try {
    releaseDeployer = takeLock(layout.deployLock);
    for (const path of await sweepLeftovers(disk, layout)) log.info({ path }, 'leftover removed');
    const warn = (error: CertdError) => log.warn(logFields(error), 'challenge file could not be removed');
    await sweepTokens({ disk, ledger: tokenRecord(disk, layout, warn), warn });
    return release;
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/** Refuses a configuration that would order under a new name what is live under another. */
export function checkNames(config: Config, world: World): void {
  const observed = world.names().map(world.seen);
  const conflicts = nameConflicts(config.certificates, observed);
  if (conflicts.length > 0) throw new CertdError('config-name-taken', conflicts.join('; '));
}
