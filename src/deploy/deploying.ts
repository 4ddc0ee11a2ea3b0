import type { DeployState, DeployUnderWay } from '../core/deploy/deploy-model.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import { nextDeployAttempt } from '../core/issue/backoff.ts';
import { type FailureRecord, failureRecord } from '../core/issue/failure-record.ts';
import type { Leaf } from '../core/model.ts';
import type { DeployJob, DeployParts } from './deploy-job.ts';
import { afterCommand } from './under-way.ts';

/** One certificate on its way through the transaction, forwards or back; `state` is always what is on disk. */
export type Deploying = {
  readonly job: DeployJob;
  /** What its commands are told of; null until the gate has let the generation through. */
  leaves: { readonly fresh: Leaf; readonly previous: Leaf | null } | null;
  state: DeployState;
  error: CertdError | null;
  /** It has been given up, and is to go back. */
  isGivenUp: boolean;
  /** The generation that it went back to. */
  backTo: string | null;
  /** Going back has ended what had failed on the way before: the new generation may be tried again at once. */
  goesOn: boolean;
  /** The command that has succeeded and of which that is not on record, by its key. */
  ran: string | null;
};

export type Step = (deploying: Deploying, parts: DeployParts) => Promise<void>;

/** Takes one step for one certificate unless it has failed before; a failure is recorded and stays with it. */
export async function attempt(deploying: Deploying, parts: DeployParts, step: Step): Promise<void> {
  if (deploying.error !== null) return;
  try {
    await step(deploying, parts);
  } catch (thrown) {
    deploying.error = asCertdError(thrown);
    await recordFailure(deploying, parts, deploying.error);
  }
}

export async function save(
  deploying: Deploying,
  parts: DeployParts,
  change: Partial<DeployState>,
): Promise<void> {
  const state = { ...deploying.state, ...change };
  await parts.save(deploying.job.target.name, state);
  deploying.state = state;
}

/** Records how far the deploy is that is under way. */
export async function mark(
  deploying: Deploying,
  parts: DeployParts,
  change: Partial<DeployUnderWay>,
): Promise<void> {
  await save(deploying, parts, { underWay: { ...underWayOf(deploying), ...change } });
}

export function underWayOf({ state, job }: Deploying): DeployUnderWay {
  if (state.underWay !== null) return state.underWay;
  throw new CertdError('internal-error', `no deploy of ${job.target.name} is under way`);
}

export function stopIfAsked({ signal }: DeployParts): void {
  if (signal.aborted) throw new CertdError('stopped', 'certd was stopped in the middle of a deploy');
}

/** What a failure leaves behind beside what is under way: when it is tried again, and why. */
export function afterFailure(
  { state, job }: Deploying,
  { code, message }: Pick<FailureRecord, 'code' | 'message'>,
  { now, random }: Pick<DeployParts, 'now' | 'random'>,
): Pick<DeployState, 'failures' | 'nextAttemptAt' | 'lastAt' | 'lastError' | 'failedFor'> {
  const failures = state.failures + 1;
  const at = now();
  return {
    failures,
    nextAttemptAt: nextDeployAttempt(failures, at, random()),
    lastAt: at,
    lastError: failureRecord({ code, message, problemType: null }, state.lastError, at),
    failedFor: job.target.deployDigest,
  };
}

/** A stop is no failure: what was running stays recorded as running. */
async function recordFailure(deploying: Deploying, parts: DeployParts, error: CertdError): Promise<void> {
  if (error.code === 'stopped') return;
  const { failures, nextAttemptAt, ...rest } = afterFailure(deploying, error, parts);
  const waits = error.retry !== 'next-tick';
  const underWay = leftOf(deploying, waits);
  const change = { underWay, ...rest, ...(waits ? { failures, nextAttemptAt } : { nextAttemptAt: null }) };
  try {
    await save(deploying, parts, change);
  } catch (thrown) {
    // The disk that failed the step may fail its record too; the first error is the one to show.
    const meant = { ...deploying.state, ...change };
    parts.onUnrecorded(deploying.job.target.name, asCertdError(thrown), meant);
  }
}

/** What is under way after a failure: nothing runs any more, and what has run is done, also where its own record failed. */
function leftOf({ state: { underWay }, ran }: Deploying, waits: boolean): DeployUnderWay | null {
  if (underWay === null) return null;
  const done = ran === null ? { running: null } : afterCommand(underWay, ran);
  const back = underWay.back !== null && waits ? { ...underWay.back, failed: true } : underWay.back;
  return { ...underWay, ...done, back };
}
