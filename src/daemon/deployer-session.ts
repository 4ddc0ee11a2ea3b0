import { statSync } from 'node:fs';
import { CertdError } from '../core/errors.ts';
import type { Disk } from '../core/ports.ts';
import type { Log } from '../log.ts';
import type { Layout } from '../store/layout.ts';
import { checkLayout, openDeployerHalf, sweepLeftovers } from '../store/open.ts';
import { exists } from '../store/replace-file.ts';

type DeployerHost = {
  readonly uid: number;
  readonly log: Log;
  /** `store/wait-for-lock.ts`; resolves with the release. */
  readonly takeLock: (path: string) => Promise<() => void>;
};

/**
 * Opens the state directory for the deployer alone: checked, the deployer's lock taken, its half made where it is missing,
 * and what a crash left there swept away. Resolves with the release. Throws `not-issued` where no issuer has been yet, and
 * `permission-denied` for another user than the one who owns the directory; both have changed nothing.
 */
export async function openDeployerSession(
  disk: Disk,
  layout: Layout,
  { uid, log, takeLock }: DeployerHost,
): Promise<() => void> {
  checkLayout(layout);
  if (!exists(layout.issuer)) {
    throw new CertdError('not-issued', `${layout.root} has no certificates: nothing was issued yet`);
  }
  checkOwner(layout, uid);
  if (!exists(layout.deploy)) await disk.makeDir(layout.deploy, 0o755);
  const release = await takeLock(layout.deployLock);
  try {
    await openDeployerHalf(disk, layout);
    for (const path of await sweepLeftovers(disk, layout, 'deployer')) log.info({ path }, 'leftover removed');
    return release;
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/** What anybody else makes there would be in the owner's way, or in his hands. */
function checkOwner({ root }: Layout, uid: number): void {
  const owner = statSync(root).uid;
  if (owner === uid) return;
  const whose = `${root} belongs to user ${owner}, and certd runs as user ${uid}`;
  throw new CertdError('permission-denied', owner === 0 ? whose : `${whose}: run it as that user`);
}
