import type { Config } from '../config/config.ts';

type Built<Parts> = {
  /** What these parts go by of the whole. */
  readonly config: Config;
  readonly parts: Parts;
  readonly close: () => void;
};

/**
 * The configuration in force, with the parts that were built for it. What began under one ends under it: its
 * connections are closed when nobody uses them any more.
 */
export function openInForce<Parts>(first: Config, build: (config: Config) => Built<Parts>) {
  const open = (whole: Config) => ({
    whole,
    ...build(whole),
    users: 0,
    onIdle: null as (() => void) | null,
  });
  let current = open(first);
  const running = new Set<Promise<unknown>>();
  return {
    config: (): Config => current.whole,
    mine: (): Config => current.config,
    /** Runs a job with what is in force now. */
    async use<T>(
      job: (inForce: { readonly config: Config; readonly parts: Parts }) => Promise<T>,
    ): Promise<T> {
      const mine = current;
      mine.users += 1;
      const ended = job(mine);
      running.add(ended);
      try {
        return await ended;
      } finally {
        running.delete(ended);
        mine.users -= 1;
        if (mine.users === 0) mine.onIdle?.();
      }
    },
    /** `onIdle` is called when the last job under the old configuration ends; never where there is none. */
    replace(config: Config, onIdle: () => void): void {
      const old = current;
      current = open(config);
      old.onIdle = () => {
        old.close();
        onIdle();
      };
      if (old.users === 0) old.close();
    },
    /** Resolves when every job has ended, however it ended. */
    async end(): Promise<void> {
      while (running.size > 0) await Promise.allSettled(running);
      current.close();
    },
  };
}
