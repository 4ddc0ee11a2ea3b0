import type { Observed, Target } from '../model.ts';
import { recordOf } from './served-record.ts';

/**
 * Whether a server of this host has come to present another certificate, and is to have the deploy's commands again: as a
 * look since the last deploy has found, for what that deploy found it has answered for itself.
 */
export function hasDrifted(
  { deploy: { verify, redeployOnDrift } }: Pick<Target, 'deploy'>,
  { deploy: { served, lastAt } }: Pick<Observed, 'deploy'>,
): boolean {
  if (!redeployOnDrift) return false;
  return verify.some(endpoint => {
    const record = recordOf(served, endpoint);
    if (endpoint.source === 'remote' || record?.state !== 'stale') return false;
    return lastAt === null || record.checkedAt > lastAt;
  });
}
