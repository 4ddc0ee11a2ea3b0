import { deployAskOf } from './core/deploy/deploy-hold.ts';
import { asCertdError, type CertdError, logFields } from './core/errors.ts';
import type { Asked } from './core/issue/due.ts';
import type { Target } from './core/model.ts';
import { planFor } from './core/plan.ts';
import { askDeployer } from './pass/ask-deployer.ts';
import type { IssueOutcome } from './pass/attempt-issue.ts';
import { type Batches, openBatches } from './pass/batches.ts';
import { deployOwed } from './pass/deploy-owed.ts';
import type { HostParts } from './pass/host-parts.ts';
import { lookAtEndpoints } from './pass/look-at-endpoints.ts';
import type { PassParts } from './pass/pass-parts.ts';
import { askAgain } from './pass/revoke.ts';
import { settle } from './pass/settle.ts';

/** What a pass did about one certificate; `error` is the last that it met and did not get over. */
export type PassResult = {
  readonly name: string;
  /** The generation that this pass issued. */
  readonly issued: string | null;
  /** The generation that this pass deployed. */
  readonly deployed: string | null;
  readonly error: CertdError | null;
};

/**
 * One pass: look at each certificate, do what the plan says, write down what happened; deploy what is owed in
 * batches. Certificates go side by side, so many at each CA, and passes may overlap: a certificate is in one
 * of them at a time. Nothing is remembered between passes but what is on disk.
 */
export async function reconcile(
  targets: readonly Target[],
  asked: Asked,
  parts: PassParts,
): Promise<readonly PassResult[]> {
  const deploy = (owed: readonly Target[]) =>
    parts.half === 'issuer' ? askDeployer(owed, asked, parts) : deployOwed(owed, deployAskOf(asked), parts);
  const batches = openBatches(targets.length, { deploy, timer: parts.timer });
  return Promise.all(targets.map(target => lookAfter(target, asked, batches, parts)));
}

async function lookAfter(
  target: Target,
  asked: Asked,
  batches: Batches,
  parts: PassParts,
): Promise<PassResult> {
  // Whoever waits for a person waits for the pass that has the turn, and that one may be waiting for its place.
  if (asked !== 'nothing') parts.lanes.hurry(target.name);
  const endTurn = await parts.turns.take(target.name);
  try {
    await makeUpForAttempt(target, asked, parts);
    await askAboutRevocation(target, asked, parts);
    const settled = await settle(target, asked, parts);
    // What stopped a server for the challenge starts it again before anybody reloads it.
    await parts.attemptHooks.over(target);
    const done = await withDeploy(settled, target, asked, { batches, parts });
    // What is new is served first; when it is to be renewed is asked afterwards. What fails there is logged.
    if (settled.issued !== null) await settle(target, 'nothing', parts);
    await lookAtEndpoints(target, asked, parts);
    return { name: target.name, ...done };
  } finally {
    endTurn();
  }
}

/** What an attempt that was cut short has stopped is started again before anything else. */
async function makeUpForAttempt(target: Target, asked: Asked, parts: PassParts): Promise<void> {
  const { after } = planFor(target, parts.world.seen(target.name), asked, parts.clock.now());
  if (after.kind === 'now') await parts.attemptHooks.makeUp(target, parts);
}

async function askAboutRevocation(target: Target, asked: Asked, parts: PassParts): Promise<void> {
  const { revoke } = planFor(target, parts.world.seen(target.name), asked, parts.clock.now());
  if (revoke !== null) await askAgain(target.name, revoke, parts);
}

/** One certificate whose deploy fails unexpectedly is one failure; the pass goes on. */
async function withDeploy(
  settled: IssueOutcome,
  target: Target,
  asked: Asked,
  { batches, parts }: { readonly batches: Batches; readonly parts: PassParts },
): Promise<Omit<PassResult, 'name'>> {
  if (!owes(target, asked, parts)) {
    batches.pass();
    return { ...settled, deployed: null };
  }
  try {
    const outcome = await batches.join(target);
    const deployed = outcome?.error === null ? outcome.id : null;
    return { issued: settled.issued, deployed, error: settled.error ?? outcome?.error ?? null };
  } catch (thrown) {
    const error = asCertdError(thrown);
    parts.log.error(
      { certificate: target.name, ...logFields(error) },
      'certificate could not be looked after',
    );
    return { issued: settled.issued, deployed: null, error };
  }
}

function owes(target: Target, asked: Asked, { world, clock }: HostParts): boolean {
  return planFor(target, world.seen(target.name), asked, clock.now()).deploy.kind === 'now';
}
