import {
  afterIssues,
  asked,
  cleared,
  clearing,
  type HostRecord,
  kept,
  untouched,
} from '../core/host/host-change.ts';
import { copiesLeft, namesToReplace, newestOfAll } from '../core/host/host-duty.ts';
import type { Target } from '../core/model.ts';
import { writeHostRecord } from '../store/host-record.ts';
import { removeCopies } from '../store/remove-copies.ts';
import type { HostParts } from './host-parts.ts';
import type { PassTraffic } from './pass-parts.ts';
import { writeJournal } from './write-journal.ts';

type Parts = HostParts & Pick<PassTraffic, 'hostGuard'>;

/**
 * Has only accounts and orders on disk that are this host's own. Where they are another's, all are removed, once nobody
 * uses one any more; no CA hears of it, since the other host goes on with them (docs/state.md section 13). Call it before
 * an attempt, and not from inside of one, which it would wait for.
 */
export async function ownAccounts(parts: Parts): Promise<void> {
  if (untouched(parts.world.host()) === null) return;
  await alone(parts, () => clear(parts));
}

/** The same because a person says so, also where these are this host's. */
export async function replaceAccounts(parts: Parts): Promise<void> {
  await alone(parts, async () => {
    await write(asked(parts.world.host(), parts.clock.now()), parts);
    await clear(parts);
  });
}

/** A person says that this is the host whose accounts these are. False where nobody has asked, or it is too late. */
export async function keepAccounts(parts: Parts): Promise<boolean> {
  return alone(parts, async () => {
    const change = untouched(parts.world.host());
    if (change === null || change.change.phase !== 'waiting') return false;
    await write(kept(change), parts);
    parts.log.info('host is taken as the one that the state was made on');
    return true;
  });
}

/** After a pass: the change is over once every certificate of the configuration has a key of its own. */
export async function endHostChange(targets: readonly Target[], parts: Parts): Promise<void> {
  const { world, hostGuard, log } = parts;
  await hostGuard.inTurn(async () => {
    const record = world.host();
    if (record?.change?.phase !== 'replacing' || namesToReplace(targets, world.seen).length > 0) return;
    await write(afterIssues(record, copiesLeft(record.copied, world.seen)), parts);
    log.info('every certificate has an account and a key of this host');
  });
}

function alone<T>({ hostGuard }: Parts, step: () => Promise<T>): Promise<T> {
  return hostGuard.attempts.change(() => hostGuard.accounts.change(() => hostGuard.inTurn(step)));
}

async function clear(parts: Parts): Promise<void> {
  const { disk, layout, world, clock, log } = parts;
  const record = untouched(world.host());
  // Another pass was here before.
  if (record === null) return;
  const hasBegun = record.change.phase === 'clearing';
  const begun = hasBegun ? record : clearing(record, clock.now());
  if (!hasBegun) await write(begun, parts);
  const removed = await removeCopies(disk, layout);
  const copied = newestOfAll(world.names().map(name => world.look(name)));
  await write(cleared(begun, copied), parts);
  log.info(
    { ...removed, certificates: copied.length },
    'accounts and orders are removed, and certificates due',
  );
  await writeJournal(layout.issuer, { event: 'accounts-removed', ...removed }, parts);
}

async function write(record: HostRecord, { disk, layout, world }: Parts): Promise<void> {
  await writeHostRecord(disk, layout, record);
  world.hostIs(record);
}
