import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What one look at the state shows. */
export type Shown = { readonly out: string; readonly err: string; readonly exitCode: number };

/** The process and its output, or what a test has for them. */
export type Watched = {
  readonly signals: Pick<EventEmitter, 'once' | 'off'>;
  readonly out: Pick<EventEmitter, 'once' | 'off'> & { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  /** Rows of the terminal at the moment; null where there is none. */
  readonly rows: () => number | null;
  /** Ends early when its signal aborts. */
  readonly pause: (until: AbortSignal) => Promise<void>;
};

/**
 * Shows the state again and again, on a terminal in one place, elsewhere one below the other. Ends at SIGINT, at
 * SIGTERM, and when nobody reads any more; returns the exit code of the last state. A second signal ends the
 * process at once.
 */
export async function watchStatus(look: () => Promise<Shown>, watched: Watched = here()): Promise<number> {
  const { signals, out, pause } = watched;
  const stop = new AbortController();
  const end = () => stop.abort();
  signals.once('SIGINT', end);
  signals.once('SIGTERM', end);
  out.once('error', end);
  try {
    for (let first = true; ; first = false) {
      const shown = await look();
      show(shown, first, watched);
      if (!stop.signal.aborted) await pause(stop.signal);
      if (stop.signal.aborted) return shown.exitCode;
    }
  } finally {
    signals.off('SIGINT', end);
    signals.off('SIGTERM', end);
    out.off('error', end);
  }
}

function here(): Watched {
  const { stdout, stderr } = process;
  return {
    signals: process,
    out: stdout,
    err: stderr,
    rows: () => (stdout.isTTY ? stdout.rows || 24 : null),
    pause: async signal => {
      await sleep(everyMs, undefined, { signal }).catch((thrown: unknown) => {
        // An aborted sleep rejects: that is how it ends early.
        if (!signal.aborted) throw thrown;
      });
    },
  };
}

const everyMs = 2000;

function show({ out: text, err: reason }: Shown, first: boolean, { out, err, rows }: Watched): void {
  const height = rows();
  if (height !== null) {
    out.write(redrawn(`${reason}${text}`, height));
    return;
  }
  if (reason !== '') err.write(reason);
  const isBlock = text.trimEnd().includes('\n');
  if (text !== '') out.write(isBlock && !first ? `\n${text}` : text);
}

/** A picture over the last one, without flicker: what does not fit on the screen is only counted. */
export function redrawn(text: string, rows: number): string {
  const lines = text.trimEnd().split('\n');
  const fit = Math.max(1, rows - 1);
  const shown = lines.length <= fit ? lines : [...lines.slice(0, fit - 1), moreLines(lines.length - fit + 1)];
  const clearLine = '\u001b[K';
  const [home, clearBelow] = ['\u001b[H', '\u001b[J'];
  return `${home}${shown.map(line => `${line}${clearLine}\n`).join('')}${clearBelow}`;
}

function moreLines(count: number): string {
  return `(${count} more lines; the window is too small)`;
}
