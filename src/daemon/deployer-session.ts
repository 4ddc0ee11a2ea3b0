import { CertdError } from '../core/errors.ts';
import type { Layout } from '../store/layout.ts';
import { checkLayout } from '../store/open.ts';
import { exists } from '../store/replace-file.ts';

/**
 * Opens the state directory for the deployer alone: checked, and the deployer's lock taken. Returns its release. Throws
 * `not-issued` where no certd has made a state directory yet, and has changed nothing then.
 */
export function openDeployerSession(layout: Layout, takeLock: (path: string) => () => void): () => void {
  checkLayout(layout);
  if (exists(layout.layoutFile)) return takeLock(layout.deployLock);
  throw new CertdError('not-issued', `${layout.root} has no certificates: nothing was issued yet`);
}
