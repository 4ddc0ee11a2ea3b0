import type { Instant } from '../instant.ts';
import { lifetimeOf } from '../issue/renewal.ts';
import type { Generation, Revocation } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { toRfc3339 } from '../text/time-text.ts';
import type { DeployChoice } from './deploy-model.ts';

/** What was live before a deploy. */
export type Old = Pick<Generation, 'id' | 'leaf'>;

/**
 * Why a deploy that failed does not go back, in words; null where it does. What has expired, is revoked or has a
 * compromised key is never gone back to (contract section 5), nor what a person has rolled back. `old` is null where nothing usable was live before.
 */
export function reasonToStay(
  old: Old | null,
  {
    onFailure,
    revoked,
    rejected,
    now,
  }: {
    readonly onFailure: DeployChoice['onFailure'];
    readonly revoked: readonly Revocation[];
    readonly rejected: readonly string[];
    readonly now: Instant;
  },
): string | null {
  if (onFailure === 'keep') return 'deploy.on_failure is keep';
  if (old === null) return 'there is none to go back to';
  if (rejected.includes(old.id)) return `${old.id} was rejected by a person`;
  if (old.leaf.notAfter <= now) return `${old.id} ended ${toRfc3339(old.leaf.notAfter)}`;
  return withdrawalOf(old, { revoked }) === null ? null : `${old.id} is revoked, or its key is compromised`;
}

/** Whether less than a twentieth of its lifetime is left. */
export function isNearlyOver(old: Old, now: Instant): boolean {
  return old.leaf.notAfter - now < lifetimeOf(old) / 20;
}
