import { setTimeout as wait } from 'node:timers/promises';
import { asCertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { elapsed } from '../host/clock.ts';

type Pace = {
  /** Of a monotonic clock. */
  readonly elapsed: () => Millis;
  readonly sleep: (ms: Millis) => Promise<void>;
  /** One line for the journal. */
  readonly say: (line: string) => void;
};

export const realPace: Pace = {
  elapsed,
  sleep: async ms => {
    await wait(ms);
  },
  say: line => void process.stderr.write(`${line}\n`),
};

const shortestFailureMs: Millis = 60_000;

/**
 * A job that lasts at least a minute where it fails, whatever it throws: requests that it has not taken start the deployer's
 * unit again at once. Says so, for somebody may be waiting. Not where it was told to stop.
 */
export async function slowToFail<T>(
  job: () => Promise<T>,
  { elapsed, sleep, say }: Pace = realPace,
): Promise<T> {
  const startedAt = elapsed();
  try {
    return await job();
  } catch (thrown) {
    const { code } = asCertdError(thrown);
    const leftMs = shortestFailureMs - (elapsed() - startedAt);
    if (code === 'stopped' || leftMs <= 0) throw thrown;
    say(`certd: ${code}; ends in ${Math.ceil(leftMs / 1000)} s, for a request would start it again at once`);
    await sleep(leftMs);
    throw thrown;
  }
}
