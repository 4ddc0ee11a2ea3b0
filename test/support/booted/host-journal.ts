import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { waitUntil } from '../wait-until.ts';

type JournalEntry = {
  /** In µs since the epoch. */
  readonly at: number;
  /** `_SYSTEMD_UNIT` for what a service wrote, `UNIT` for what systemd says about one. */
  readonly unit: string;
  /** syslog(3): 4 is a warning, 6 a note. */
  readonly priority: number;
  readonly message: string;
  /** The fields of a line of certd; null for anything else. */
  readonly log: Readonly<Record<string, unknown>> | null;
};

export type HostJournal = {
  /** Now, by the clock of the entries: an entry is read a moment after it was written. */
  mark(): number;
  /** Oldest first. */
  since(mark: number): readonly JournalEntry[];
  /** The first entry since the mark that fits. `limitMs`: a minute. */
  until(
    what: string,
    mark: number,
    fits: (entry: JournalEntry) => boolean,
    limitMs?: number,
  ): Promise<JournalEntry>;
};

/** `follow` starts a `journalctl --follow --no-tail --output=json` by nsenter(1), for each boot anew. */
export function readJournal(): HostJournal & {
  follow(argv: readonly [string, ...string[]]): void;
  stop(): Promise<void>;
} {
  let entries: JournalEntry[] = [];
  let reader: ChildProcess | null = null;
  const since = (mark: number) => entries.filter(({ at }) => at >= mark);
  return {
    follow: ([program, ...args]) => {
      // It reads the boots before this one again, in the same order.
      const fresh: JournalEntry[] = [];
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
      createInterface(child.stdout).on('line', line => fresh.push(entryOf(line)));
      entries = fresh;
      reader = child;
    },
    stop: async () => {
      if (reader?.pid === undefined || reader.exitCode !== null) return;
      const ended = once(reader, 'close');
      // With the program that nsenter has started in the host, if it has.
      process.kill(-reader.pid, 'SIGTERM');
      await ended;
    },
    mark: () => Date.now() * 1000,
    since,
    until: (what, mark, fits, limitMs = 60_000) =>
      waitUntil(what, () => since(mark).find(fits) ?? null, limitMs).catch((thrown: unknown) => {
        const lines = since(mark)
          .filter(({ message }) => !message.includes('nothing to deploy'))
          .map(({ unit, message }) => `${unit}: ${message}`);
        throw new Error(`${String(thrown)}\n--- journal\n${lines.slice(-40).join('\n')}`);
      }),
  };
}

function entryOf(line: string): JournalEntry {
  const fields = JSON.parse(line);
  const message = String(fields.MESSAGE);
  return {
    at: Number(fields.__REALTIME_TIMESTAMP),
    unit: fields.UNIT ?? fields._SYSTEMD_UNIT ?? '',
    priority: Number(fields.PRIORITY),
    message,
    log: message.startsWith('{') ? JSON.parse(message) : null,
  };
}
