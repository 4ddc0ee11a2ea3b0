import type { DeployUnderWay } from '../core/deploy/deploy-model.ts';
import { isOutputRefusal } from '../core/deploy/output-rules.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { DeployParts } from './deploy-job.ts';
import { afterFailure, attempt, type Deploying, save, stopIfAsked, underWayOf } from './deploying.ts';
import { oldOf } from './give-up.ts';
import { judged, type Watched, watchedOf, watchUntilServed } from './look.ts';
import { runHooks } from './run-hooks.ts';
import { sideBySide } from './side-by-side.ts';
import { begun } from './under-way.ts';

/**
 * Takes back what has been given up: the old generation is live again, and where a server may have been told of the new
 * one, `test` and hooks run for the old. Then the new one counts as refused, and waits. Each step is on disk before the
 * next; what fails on the way is recorded, and the way back is taken up there.
 */
export async function goBack(batch: readonly Deploying[], parts: DeployParts): Promise<void> {
  const ways = waysBack(batch);
  await restoreAll(ways, parts);
  const backs = ways.map(({ back }) => back);
  await runHooks(backs, parts, 'test');
  await runHooks(backs, parts, 'hooks');
  const watched = backs.flatMap(back => (back.error === null ? watchedOf(back, parts) : []));
  await watchUntilServed(watched, parts, limitOf);
  await sideBySide(backs, back => {
    const own = watched.filter(({ deploying }) => deploying === back);
    return attempt(back, parts, () => refuse(back, own, parts));
  });
  for (const way of ways) arrive(way);
}

/** The same without what follows: as if this attempt had not been made. Nothing was run in it but the test. */
export async function withdraw(batch: readonly Deploying[], parts: DeployParts): Promise<void> {
  const ways = waysBack(batch);
  await restoreAll(ways, parts);
  await sideBySide(
    ways.map(({ back }) => back),
    back => attempt(back, parts, () => save(back, parts, { underWay: untried(underWayOf(back)) })),
  );
  for (const { deploying, back } of ways) {
    deploying.state = back.state;
    deploying.error = back.error;
    deploying.isGivenUp = false;
  }
}

/** What an earlier attempt has told servers must not be forgotten. */
function untried(underWay: DeployUnderWay): DeployUnderWay | null {
  return underWay.told ? { ...begun(underWay), files: underWay.files } : null;
}

/** A certificate and its way back, which succeeds or fails for itself. */
type Way = { readonly deploying: Deploying; readonly back: Deploying };

function waysBack(batch: readonly Deploying[]): readonly Way[] {
  return batch
    .filter(({ isGivenUp }) => isGivenUp)
    .map(deploying => ({ deploying, back: { ...deploying, leaves: null, error: null } }));
}

async function restoreAll(ways: readonly Way[], parts: DeployParts): Promise<void> {
  await sideBySide(
    ways.map(({ back }) => back),
    back => attempt(back, parts, restore),
  );
}

async function restore(back: Deploying, parts: DeployParts): Promise<void> {
  stopIfAsked(parts);
  const { name } = back.job.target;
  const old = oldOf(back, parts);
  if (old === null) throw new CertdError('generation-damaged', `${name} has lost what it was to go back to`);
  // To the commands, what they replace is the one that is given up.
  back.leaves = { fresh: old.leaf, previous: parts.deployedLeaf(name, underWayOf(back).id) };
  await parts.flip(name, old.id);
  await writeBack(back, old.id, parts);
}

/** A deploy that is given up because its files were refused has written none: that they are still refused holds nothing up. */
async function writeBack(back: Deploying, id: string, parts: DeployParts): Promise<void> {
  try {
    await parts.writeFiles(back.job.target, id);
  } catch (thrown) {
    const { code } = asCertdError(thrown);
    if (!isOutputRefusal(code) || !isOutputRefusal(underWayOf(back).back?.code ?? '')) throw thrown;
  }
}

/** Servers that were told of nothing present at once what they will. */
function limitOf({ deploying, endpoint }: Watched): Millis {
  return deploying.state.underWay?.back?.commands === true ? endpoint.timeoutMs : 0;
}

async function refuse(back: Deploying, watched: readonly Watched[], parts: DeployParts): Promise<void> {
  const findings = watched.map(one => judged(one, parts));
  if (findings.some(({ verdict }) => verdict !== 'served')) stopIfAsked(parts);
  const { id, from, back: cause } = underWayOf(back);
  if (cause === null) throw new CertdError('internal-error', `the deploy of ${id} does not go back`);
  const served = findings.map(({ record }) => record);
  const error = { code: cause.code, message: `${cause.message}; ${from} is live again` };
  const { failures, nextAttemptAt, ...rest } = afterFailure(back, error, parts);
  // It has waited for that already. A way back that went through at once is no reason to hope.
  const wait = cause.failed ? { nextAttemptAt: null } : { failures, nextAttemptAt };
  await save(back, parts, { ...rest, ...wait, underWay: null, refused: id, served });
  back.backTo = from;
  back.goesOn = cause.failed;
}

function arrive({ deploying, back }: Way): void {
  deploying.state = back.state;
  deploying.backTo = back.backTo;
  deploying.goesOn = back.goesOn;
  deploying.isGivenUp = false;
  deploying.error = back.error ?? deploying.error;
}
