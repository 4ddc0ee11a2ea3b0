import type { Millis } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import type { DeployOutcome } from '../deploy/deploy-job.ts';

/** How long a new generation waits for others, so that they share their hooks. */
const longestWaitMs: Millis = 5000;

type Waiting = {
  readonly target: Target;
  readonly resolve: (outcome: DeployOutcome | null) => void;
  readonly reject: (thrown: unknown) => void;
};

export type Batches = {
  /** This certificate is owed a deploy. Resolves with what became of it; null where nothing was owed after all. */
  join(target: Target): Promise<DeployOutcome | null>;
  /** This certificate is owed nothing. */
  pass(): void;
};

/**
 * Gathers what a pass over `size` certificates has to deploy. A batch begins when nobody is left who could
 * join it, or some seconds after its first one, so that a slow CA does not hold up what is there already.
 */
export function openBatches(
  size: number,
  {
    deploy,
    timer,
  }: {
    readonly deploy: (targets: readonly Target[]) => Promise<readonly DeployOutcome[]>;
    /** Rings once after `ms`; returns how to take it back. */
    readonly timer: (ms: Millis, ring: () => void) => () => void;
  },
): Batches {
  let left = size;
  let waiting: Waiting[] = [];
  let takeBack: (() => void) | null = null;
  const begin = () => {
    takeBack?.();
    takeBack = null;
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) void run(batch, deploy);
  };
  const arrived = () => {
    left -= 1;
    if (left === 0) begin();
    else if (waiting.length > 0) takeBack ??= timer(longestWaitMs, begin);
  };
  return {
    join(target) {
      const { promise, resolve, reject } = Promise.withResolvers<DeployOutcome | null>();
      waiting.push({ target, resolve, reject });
      arrived();
      return promise;
    },
    pass: arrived,
  };
}

/** Never rejects: whoever waits is told what was thrown. */
async function run(
  batch: readonly Waiting[],
  deploy: (targets: readonly Target[]) => Promise<readonly DeployOutcome[]>,
): Promise<void> {
  try {
    const outcomes = await deploy(batch.map(({ target }) => target));
    for (const { target, resolve } of batch) {
      resolve(outcomes.find(({ name }) => name === target.name) ?? null);
    }
  } catch (thrown) {
    for (const { reject } of batch) reject(thrown);
  }
}
