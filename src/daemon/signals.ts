import type { EventEmitter } from 'node:events';

export type Signals = {
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly stop: AbortSignal;
  /** Resolves with it. */
  readonly stopped: Promise<void>;
  /** From now on SIGHUP calls `reload`: also one that came before. Not after the stop. */
  onReload(reload: () => void): void;
  /** Gives the signals back to the system, which ends the process at each of them. */
  close(): void;
};

/**
 * `source` is the process. Listens from the first moment to the last: to a SIGHUP that nobody listens to, the process dies. A second
 * SIGTERM or SIGINT does end it at once, for the person who has waited long enough.
 */
export function openSignals(source: Pick<EventEmitter, 'on' | 'once' | 'off'>): Signals {
  const stop = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let reload: (() => void) | null = null;
  let hungUp = false;
  const end = () => {
    stop.abort();
    resolve();
  };
  const hangUp = () => {
    if (stop.signal.aborted) return;
    if (reload === null) hungUp = true;
    else reload();
  };
  source.once('SIGTERM', end);
  source.once('SIGINT', end);
  source.on('SIGHUP', hangUp);
  return {
    stop: stop.signal,
    stopped,
    onReload: wanted => {
      reload = wanted;
      if (hungUp) hangUp();
    },
    close: () => {
      source.off('SIGTERM', end);
      source.off('SIGINT', end);
      source.off('SIGHUP', hangUp);
    },
  };
}
