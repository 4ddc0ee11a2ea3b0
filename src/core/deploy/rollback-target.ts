import { CertdError } from '../errors.ts';
import { byAge } from '../generation-id.ts';
import type { Instant } from '../instant.ts';
import type { Generation, Observed, Target } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { toRfc3339 } from '../text/time-text.ts';

/** Where a rollback goes to, and what is never deployed again because of it, oldest first. */
export type Rollback = { readonly to: string; readonly rejected: readonly string[] };

/**
 * What `certd rollback` does: back to the generation `to`, or without it to the newest good one before the last deploy;
 * everything newer is rejected. `to` may be what is live, which takes back what is newer and failed. Throws
 * `no-rollback-target`, and `usage` for an id that is not there.
 */
export function rollbackOf(target: Target, seen: Observed, to: string | null, now: Instant): Rollback {
  const { live, issued, deploy, name } = seen;
  if (live === null)
    throw refused(`nothing of ${name} is live; \`certd deploy ${name}\` deploys what is issued`);
  const look = { target, seen, liveId: live.id, now };
  const wanted = to === null ? unnamed(look) : named(to, look);
  const ids = new Set([...issued.map(({ id }) => id), live.id].filter(id => byAge(id, wanted) > 0));
  const before = deploy.rejected.filter(id => issued.some(each => each.id === id));
  return { to: wanted, rejected: [...new Set([...before, ...ids])].sort(byAge) };
}

type Look = {
  readonly target: Target;
  readonly seen: Observed;
  readonly liveId: string;
  readonly now: Instant;
};

/** A newer one that certd has taken back by itself, and tries again, is what the person means. */
function unnamed(look: Look): string {
  const { seen, liveId } = look;
  const { refused, rejected } = seen.deploy;
  const isPending = refused !== null && byAge(refused, liveId) > 0 && !rejected.includes(refused);
  return isPending ? liveId : newestBefore(look);
}

function newestBefore(look: Look): string {
  const { seen, liveId } = look;
  const older = seen.issued.filter(({ id }) => byAge(id, liveId) < 0);
  const found = older.findLast(each => whyNot(each, look) === null);
  if (found !== undefined) return found.id;
  const reasons = older.map(each => `${each.id} ${whyNot(each, look)}`);
  throw refused(
    reasons.length === 0
      ? `there is no generation of ${seen.name} before ${liveId}`
      : `no generation of ${seen.name} before ${liveId} can be gone back to: ${reasons.join('; ')}`,
  );
}

function named(to: string, look: Look): string {
  const { seen } = look;
  const found = seen.issued.find(({ id }) => id === to);
  if (found === undefined) {
    const known = seen.issued.map(each => {
      const reason = whyNot(each, look);
      return reason === null ? each.id : `${each.id} (${reason})`;
    });
    throw new CertdError(
      'usage',
      `${seen.name} has no generation ${to}; there are: ${known.join(', ') || 'none'}`,
    );
  }
  const reason = whyNot(found, look);
  if (reason !== null) throw refused(`${seen.name} cannot go back to ${to}: it ${reason}`);
  return to;
}

/** Why a generation can be no target of a rollback, after its id; null where it can (contract section 5). */
function whyNot({ id, leaf }: Generation, { target, seen, liveId, now }: Look): string | null {
  const withdrawal = withdrawalOf({ id, leaf }, seen);
  if (withdrawal !== null) {
    return withdrawal.generation === id
      ? 'is revoked'
      : `has the key of ${withdrawal.generation}, which is compromised`;
  }
  if (leaf.notAfter <= now) return `ended ${toRfc3339(leaf.notAfter)}`;
  if (seen.deploy.rejected.includes(id)) return 'was rolled back itself';
  if (byAge(id, liveId) > 0) return `is newer than what is live (${liveId})`;
  if (id === liveId) return null;
  const missing = target.domains.filter(domain => !leaf.domains.includes(domain));
  return missing.length === 0 ? null : `does not name ${missing.join(', ')}, which the configuration has`;
}

function refused(message: string): CertdError {
  return new CertdError('no-rollback-target', message);
}
