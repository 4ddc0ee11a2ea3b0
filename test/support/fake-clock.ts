import type { Instant, Millis } from '../../src/core/instant.ts';
import type { Clock } from '../../src/core/ports.ts';

/** A clock that a test moves by hand. `sleep` moves it too, so that nothing ever waits. */
export function fakeClock(start: Instant): Clock & { advance(ms: Millis): void } {
  let at = start;
  return {
    now: () => at,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      at += ms;
    },
    advance: ms => {
      at += ms;
    },
  };
}
