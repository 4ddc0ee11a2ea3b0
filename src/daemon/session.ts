import { sweepTokens } from '../challenge/webroot.ts';
import type { Config } from '../config/config.ts';
import { CertdError, logFields } from '../core/errors.ts';
import type { Half } from '../core/half.ts';
import type { Disk } from '../core/ports.ts';
import { nameConflicts } from '../core/status/name-conflicts.ts';
import type { Log } from '../log.ts';
import type { Layout } from '../store/layout.ts';
import { openIssuerHalf, openState, sweepLeftovers } from '../store/open.ts';
import { isSplit } from '../store/split.ts';
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
 * away. Returns the release of the locks. Throws before it has changed anything that was there; `state-split` where
 * its halves are two users'.
 */
export async function openSession(disk: Disk, layout: Layout, host: SessionHost): Promise<() => void> {
  if (isSplit(layout)) {
    const whose = `${layout.issuer} and ${layout.root} belong to different users`;
    throw new CertdError(
      'state-split',
      `${whose}: one certd cannot be both halves. Their units run each (\`systemctl start certd\`); \`certd run --deploy=external\` is the issuer alone`,
    );
  }
  await openState(disk, layout, host.uid);
  return swept(disk, layout, 'both', host);
}

/** The same for the issuer's half alone: nothing outside `issuer/` is changed, and its lock alone is taken. */
export async function openIssuerSession(disk: Disk, layout: Layout, host: SessionHost): Promise<() => void> {
  await openIssuerHalf(disk, layout, host.uid);
  return swept(disk, layout, 'issuer', host);
}

async function swept(
  disk: Disk,
  layout: Layout,
  half: Exclude<Half, 'deployer'>,
  { log, takeLock }: SessionHost,
): Promise<() => void> {
  const releases = [takeLock(layout.issuerLock)];
  const release = () => {
    for (const each of releases.splice(0).reverse()) each();
  };
  try {
    if (half === 'both') releases.push(takeLock(layout.deployLock));
    for (const path of await sweepLeftovers(disk, layout, half)) log.info({ path }, 'leftover removed');
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
