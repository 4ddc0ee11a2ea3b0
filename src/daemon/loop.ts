import type { Config } from '../config/config.ts';
import { asCertdError, logFields } from '../core/errors.ts';
import { openAlarm } from '../host/alarm.ts';
import { startTicks } from '../host/schedule.ts';
import { buildParts, type Host, type RequestCounts } from './build-parts.ts';
import { openHeartbeat } from './heartbeat.ts';
import { jobQueue, type PassRequest } from './pass-queue.ts';
import { nextMoment, type PassAnswer, runPass } from './run-pass.ts';

export type Loop = {
  /** The first look, and from then on one at each tick and at each exact moment. */
  start(): void;
  /** A pass that a person asked for, after whatever runs now; `stopped` where certd ends before it begins. */
  ask(request: PassRequest): Promise<PassAnswer>;
  /** Puts another configuration in force between two passes, and looks. `stopped` as for `ask`. */
  replace(config: Config): Promise<void>;
  config(): Config;
  /** Whether no step of a pass takes longer than any should. */
  alive(): boolean;
  /** Begins nothing more, and ends with the pass under way; the host's signal cuts that short. */
  end(): Promise<void>;
};

/** What wakes the passes. It decides nothing: every wake-up is the same look at the disk and the clock. */
export function openLoop(first: Config, daemonHost: Omit<Host, 'onProgress'>): Loop {
  const { clock, log, signal } = daemonHost;
  const counts: RequestCounts = new Map();
  const queue = jobQueue();
  const heart = openHeartbeat(clock.now);
  const host: Host = { ...daemonHost, onProgress: heart.beat };
  let config = first;
  let built = buildParts(first, host, counts);
  let lookWaits = false;
  let ticks: { stop(): void } | null = null;

  const pass = async (request: PassRequest): Promise<PassAnswer> => {
    heart.beat();
    try {
      return await runPass(config, built.parts, counts, request);
    } finally {
      heart.rest();
      if (!signal.aborted) alarm.set(nextMoment(config, built.parts));
    }
  };
  const look = () => {
    // One waiting look sees everything that another would.
    if (lookWaits || signal.aborted) return;
    lookWaits = true;
    const started = queue.run(() => {
      lookWaits = false;
      return pass({ names: null, asked: 'nothing' });
    });
    started.catch((thrown: unknown) => {
      const error = asCertdError(thrown);
      if (error.code === 'stopped') return;
      log.error(logFields(error), 'pass failed');
    });
  };
  const alarm = openAlarm(clock.now, look);
  const startTicking = () => {
    ticks = startTicks(config.schedule, look);
    look();
  };

  return {
    start: startTicking,
    ask: request => queue.run(() => pass(request)),
    replace: fresh =>
      queue.run(() => {
        built.close();
        config = fresh;
        built = buildParts(fresh, host, counts);
        ticks?.stop();
        startTicking();
      }),
    config: () => config,
    alive: heart.alive,
    end: async () => {
      await queue.close();
      // Not before: the job that was under way may have set them once more.
      ticks?.stop();
      alarm.set(null);
      built.close();
    },
  };
}
