import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from './programs.ts';

export type SteppedClock = {
  /** For the program whose clock it is. */
  readonly env: Readonly<Record<string, string>>;
  /** The wall clock from now on, in days from the true one; the program's timers run on, as over a suspend. */
  step(days: number): void;
  /** What the program's clock says. */
  now(): number;
};

/** A wall clock that a test steps while a program runs (libfaketime). It begins with the true time. */
export function steppedClock({ faketimeLibrary }: Programs, dir: string): SteppedClock {
  const file = join(dir, 'clock');
  let ahead = 0;
  const step = (days: number) => {
    ahead = days * 86_400_000;
    // At once whole: the program reads it at each look at the clock.
    writeFileSync(`${file}.new`, `${days < 0 ? '' : '+'}${days}d\n`);
    renameSync(`${file}.new`, file);
  };
  step(0);
  const env = {
    LD_PRELOAD: faketimeLibrary,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
  return { env, step, now: () => Date.now() + ahead };
}
