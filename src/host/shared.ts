import { openQueue } from './queue.ts';

/** Something that many use at once and one changes alone. */
export type Shared = {
  /** Uses it as it is; waits for a change that has begun or is waited for. */
  use<T>(step: () => Promise<T>): Promise<T>;
  /** Changes it once nobody uses it any more. Must not be called from inside of `use`, which it would wait for. */
  change<T>(step: () => Promise<T>): Promise<T>;
  /** Another number after each change. */
  version(): number;
};

/** A part of something larger: who changes the whole waits for all that use a part, or change it. */
export function sharedWithin(whole: Shared, part: Shared): Shared {
  return {
    use: step => whole.use(() => part.use(step)),
    change: step => whole.use(() => part.change(step)),
    version: () => whole.version() + part.version(),
  };
}

export function openShared(): Shared {
  const changes = openQueue();
  let users = 0;
  let waiting = 0;
  let version = 0;
  let closed: PromiseWithResolvers<void> | null = null;
  let onIdle = () => {};
  const alone = async <T>(step: () => Promise<T>): Promise<T> => {
    if (users > 0) await new Promise<void>(resolve => (onIdle = resolve));
    try {
      return await step();
    } finally {
      version += 1;
      waiting -= 1;
      if (waiting === 0) {
        closed?.resolve();
        closed = null;
      }
    }
  };
  return {
    async use(step) {
      while (closed !== null) await closed.promise;
      users += 1;
      try {
        return await step();
      } finally {
        users -= 1;
        if (users === 0) onIdle();
      }
    },
    change(step) {
      waiting += 1;
      closed ??= Promise.withResolvers<void>();
      return changes(() => alone(step));
    },
    version: () => version,
  };
}
