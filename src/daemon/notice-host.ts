import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import { type HostNews, type HostRecord, recordAfterLook } from '../core/host/host-change.ts';
import type { HostFact } from '../core/host/host-identity.ts';
import { causeText } from '../core/host/host-words.ts';
import type { Instant, Millis } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import type { Clock, Disk, Random } from '../core/ports.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import { readHostIdentity } from '../host/host-identity.ts';
import type { Log } from '../log.ts';
import { writeHostRecord } from '../store/host-record.ts';
import type { Layout } from '../store/layout.ts';
import type { World } from '../store/world.ts';

type Host = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly world: World;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly log: Log;
};

/**
 * Compares this host with the one that the state was made on, and has a difference on disk before anything follows from it
 * (docs/state.md section 13). Call it with the issuer's lock held. Never throws: what cannot be written down is obeyed
 * all the same, and found anew by the next start.
 */
export async function noticeHost(
  targets: readonly Target[],
  { disk, layout, world, clock, random, log }: Host,
  facts: readonly HostFact[] = readHostIdentity(),
): Promise<void> {
  const fault = world.hostFault();
  if (fault !== null)
    return void log.error({ code: fault.code, reason: fault.message }, 'host could not be compared');
  const now = clock.now();
  const shortestLeft = shortestLeftOf(targets, world, now);
  const found = recordAfterLook(world.host(), facts, { now, draw: random(), shortestLeft });
  if (found === null) return;
  say(found, log);
  world.hostIs(found.record);
  try {
    await writeHostRecord(disk, layout, found.record);
  } catch (thrown) {
    log.error(logFields(asCertdError(thrown)), 'identity of the host could not be written down');
  }
}

/** Null where no certificate has anything left. */
function shortestLeftOf(targets: readonly Target[], world: World, now: Instant): Millis | null {
  const left = targets.flatMap(({ name }) => {
    const newest = world.seen(name).issued.at(-1);
    return newest === undefined || newest.leaf.notAfter <= now ? [] : [newest.leaf.notAfter - now];
  });
  return left.length === 0 ? null : Math.min(...left);
}

function say({ record, news }: { readonly record: HostRecord; readonly news: HostNews }, log: Log): void {
  const { change, facts } = record;
  if (news === 'changed' && change !== null) {
    const error = new CertdError('host-changed', causeText(change.cause));
    log.warn({ ...logFields(error), renewAt: toRfc3339(change.renewAt) }, 'host has changed');
  } else if (news === 'changed-back') {
    log.info('host is the one again that the state was made on');
  } else {
    log.info({ sources: facts.map(({ file }) => file) }, 'identity of the host is known');
  }
}
