import type { Millis } from '../core/instant.ts';

/** What started certd and wants to hear from it: systemd, or nobody. */
export type ServiceManager = {
  /** Sends lines of sd_notify(3). Never throws. */
  readonly tell: (state: string) => void;
  /** A service that says nothing for so long is ended and started again; null where nobody watches. */
  readonly watchdogMs: Millis | null;
};

type Told = {
  /** One line without a line break. */
  readonly statusLine: () => string;
  /** Whether the scheduler goes on: only then the watchdog is fed. */
  readonly alive: () => boolean;
  /** Rings once after `ms`; returns how to take it back. */
  readonly timer: (ms: Millis, ring: () => void) => () => void;
  /** Of the clock that systemd compares with, CLOCK_MONOTONIC. */
  readonly monotonicMicros: () => bigint;
};

/** How old the line in `systemctl status` may be. */
const statusMs: Millis = 5000;

/** Keeps the service manager informed, from `ready` to `stopping`. */
export function openReports({ tell, watchdogMs }: ServiceManager, told: Told) {
  const { statusLine, alive, timer, monotonicMicros } = told;
  let line = '';
  let reloads = 0;
  const ends: (() => void)[] = [];
  const repeat = (ms: Millis, job: () => void) => {
    const slot = ends.length;
    const ring = () => {
      ends[slot] = timer(ms, ring);
      job();
    };
    ends.push(timer(ms, ring));
  };
  const tellReady = () => {
    line = statusLine();
    tell(`READY=1\nSTATUS=${line}`);
  };
  return {
    /** Configuration, lock, sockets and the first plan stand. */
    ready(): void {
      tellReady();
      repeat(statusMs, () => {
        const now = statusLine();
        if (now === line) return;
        line = now;
        tell(`STATUS=${line}`);
      });
      if (watchdogMs === null) return;
      repeat(watchdogMs / 2, () => {
        if (alive()) tell('WATCHDOG=1');
      });
    },
    /** Of two reloads that overlap the last one that ends makes certd ready again. */
    async reload(job: () => Promise<void>): Promise<void> {
      reloads += 1;
      tell(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicros()}`);
      await job();
      reloads -= 1;
      if (reloads === 0) tellReady();
    },
    stopping(): void {
      for (const end of ends) end();
      tell('STOPPING=1\nSTATUS=stopping');
    },
  };
}
