import { lastRecord, recordAfter } from '../core/deploy/served-record.ts';
import type { Endpoint, ServedRecord } from '../core/endpoint.ts';
import { asCertdError, logFields } from '../core/errors.ts';
import type { Asked } from '../core/issue/due.ts';
import type { Observed, Target } from '../core/model.ts';
import { planFor } from '../core/plan.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { writeDeployState } from '../store/deploy-state.ts';
import { writeServed } from '../store/served.ts';
import { type AwaitedLive, awaitedLive } from './awaited.ts';
import type { HostParts } from './host-parts.ts';
import type { DeployerParts } from './pass-parts.ts';

/**
 * The hourly look at what the endpoints of a certificate present, where it is due: written down, and said in the log where
 * something has changed. Never throws: nothing else of the certificate depends on it.
 */
export async function lookAtEndpoints(target: Target, asked: Asked, parts: DeployerParts): Promise<void> {
  const { world, clock } = parts;
  if (target.deploy.verify.length === 0 || parts.signal.aborted) return;
  const seen = world.seen(target.name);
  if (!planFor(target, seen, asked, clock.now()).look) return;
  try {
    const awaited = awaitedLive(target, seen, parts);
    if (awaited === null) return;
    const looks = await Promise.all(
      target.deploy.verify.map(async endpoint => {
        const last = lastRecord(seen, endpoint);
        return { last, found: await look(endpoint, awaited, last, parts) };
      }),
    );
    await record(seen, looks, parts);
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code === 'stopped') return;
    parts.log.error({ certificate: target.name, ...logFields(error) }, 'endpoints could not be looked at');
  }
}

/**
 * A person may have deployed or rolled back while the servers were looked at: what is on disk by now stays, and where
 * another deploy has begun or ended, that has looked for itself.
 */
async function record(
  before: Observed,
  looks: readonly { readonly last: ServedRecord | null; readonly found: ServedRecord }[],
  { half, world, disk, layout, deployTurns, log }: DeployerParts,
): Promise<void> {
  const { name } = before;
  const served = looks.map(({ found }) => found);
  const endTurn = await deployTurns.take(name);
  try {
    const { deploy, live: liveNow, faults } = world.look(name);
    const hasEnded = liveNow?.id !== before.live?.id || deploy.lastAt !== before.deploy.lastAt;
    if (hasEnded || deploy.underWay !== null || faults.some(({ blocking }) => blocking)) return;
    if (half === 'issuer') await writeServed(disk, layout.servedOf(name), served);
    else await writeDeployState(disk, layout.deployState(name), { ...deploy, served });
    for (const { last, found } of looks) {
      if (found.state !== last?.state) tell(name, found, log);
    }
    await loopTurn();
    world.look(name);
  } finally {
    endTurn();
  }
}

/** Above what one look takes, which has a limit of its own. */
const stepLimitMs = 60_000;

async function look(
  endpoint: Endpoint,
  awaited: AwaitedLive,
  before: ServedRecord | null,
  { lookSlots, endpointLook, beginStep, clock, signal }: DeployerParts,
): Promise<ServedRecord> {
  return lookSlots(async () => {
    const endStep = beginStep(stepLimitMs);
    try {
      const presented = await endpointLook(endpoint, awaited, signal);
      return recordAfter(endpoint, presented, {
        fingerprint: awaited.fingerprint,
        before,
        now: clock.now(),
      });
    } finally {
      endStep();
    }
  });
}

function tell(
  certificate: string,
  { connect: endpoint, serverName, state, detail }: ServedRecord,
  log: HostParts['log'],
): void {
  const facts = { certificate, endpoint, serverName, state };
  if (state === 'match') log.info(facts, 'endpoint presents the live certificate');
  else log.warn({ ...facts, code: `endpoint-${state}`, reason: detail }, 'endpoint does not present it');
}
