import { nextDeployAttempt } from '../core/backoff.ts';
import type { DeployState } from '../core/deploy-model.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Leaf } from '../core/model.ts';
import type { DeployJob, DeployParts } from './deploy-job.ts';

/** One certificate on its way through the transaction; `state` is always what is on disk. */
export type Deploying = {
  readonly job: DeployJob;
  /** What its hooks are told of; null until the gate has let the generation through. */
  leaves: { readonly fresh: Leaf; readonly previous: Leaf | null } | null;
  state: DeployState;
  error: CertdError | null;
};

/** Takes one step for one certificate unless it has failed before; a failure is recorded and stays with it. */
export async function attempt(
  deploying: Deploying,
  parts: DeployParts,
  step: (deploying: Deploying, parts: DeployParts) => Promise<void>,
): Promise<void> {
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

/** A stop before a hook or after one: there is nothing to write down. */
export function stopHere(deploying: Deploying): void {
  deploying.error = new CertdError('stopped', 'certd was stopped before the next hook');
}

/** A stop is no failure: what was running stays recorded as running. */
async function recordFailure(deploying: Deploying, parts: DeployParts, error: CertdError): Promise<void> {
  if (error.code === 'stopped') return;
  const { state } = deploying;
  const failures = error.retry === 'next-tick' ? state.failures : state.failures + 1;
  const now = parts.now();
  const nextAttemptAt = error.retry === 'next-tick' ? null : nextDeployAttempt(failures, now, parts.random());
  try {
    await save(deploying, parts, {
      underWay: state.underWay === null ? null : { ...state.underWay, running: null },
      failures,
      nextAttemptAt,
      lastAt: now,
      lastError: {
        code: error.code,
        message: error.message,
        at: now,
        since: state.lastError?.since ?? now,
        problemType: null,
      },
    });
  } catch (thrown) {
    // The disk that failed the step may fail its record too; the first error is the one to show.
    parts.onUnrecorded(deploying.job.target.name, asCertdError(thrown));
  }
}
