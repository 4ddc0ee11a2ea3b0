import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../core/ports.ts';

/** The host's wall clock and timers. */
export const realClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
};
