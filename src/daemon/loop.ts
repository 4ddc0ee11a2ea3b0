import type { Config } from '../config/config.ts';
import { dutyOf } from '../core/duty.ts';
import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import type { Instant, Millis } from '../core/instant.ts';
import type { Counters } from '../core/metrics/counters.ts';
import { type Agenda, makesProgress } from '../core/status/progress.ts';
import { openAlarm } from '../host/alarm.ts';
import { startTicks, type Ticks } from '../host/schedule.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { buildParts, type Host } from './build-parts.ts';
import { openCounters } from './counters.ts';
import { openHeartbeat } from './heartbeat.ts';
import { openInForce } from './in-force.ts';
import type { PassRequest } from './pass-request.ts';
import { type PassAnswer, runPass } from './run-pass.ts';
import { openTraffic, type Traffic } from './traffic.ts';

export type Loop = {
  /** The first look, and from then on one at each tick and at each exact moment. */
  start(): void;
  /** A pass that a person asked for, beside those under way; `stopped` once certd ends. */
  ask(request: PassRequest): Promise<PassAnswer>;
  /** Anything else that a person asked for, under the configuration in force. Throws `stopped` as `ask`. */
  use<T>(job: (inForce: InForce) => Promise<T>): Promise<T>;
  /** Puts another configuration in force and looks; what is under way ends as it began. Throws `stopped` as `ask`. */
  replace(config: Config): void;
  /** As configured, for whoever is told of it: a half of certd alone does not look after all of it. */
  config(): Config;
  /** Whether no step of a pass takes longer than any should, and every look that was due has happened. */
  alive(): boolean;
  /** When certd last looked at all certificates; null before the first time. */
  lastLookAt(): Instant | null;
  /** What was done since the start. */
  counters(): Counters;
  /** Begins nothing more, and ends with the passes under way; the host's signal cuts them short. */
  end(): Promise<void>;
};

export type InForce = { readonly config: Config; readonly parts: PassParts };

export type LoopHost = Omit<Host, 'beginStep' | 'tally' | keyof Traffic> & {
  /** Monotonic; what it says means nothing but the time between two calls. */
  readonly elapsed: () => Millis;
};

/** Others may write into the state directory: it is read anew as often as this, and at each reload. */
const refreshMs: Millis = 3_600_000;

/** What wakes the passes. It decides nothing: every wake-up is the same look at what is known and the clock. */
export function openLoop(first: Config, loopHost: LoopHost): Loop {
  const { clock, log, signal, world, elapsed } = loopHost;
  const heart = openHeartbeat(elapsed);
  const tally = openCounters();
  const host: Host = { ...loopHost, ...openTraffic(clock.now), beginStep: heart.begin, tally };
  const inForce = openInForce(first, config => buildParts(config, host));
  let ticks: Ticks | null = null;
  let closed = false;
  let lastLookAt: Instant | null = null;
  let refreshedAt = elapsed();
  const isOtherRecord = changes(world.host);

  const look = () => {
    if (closed || signal.aborted) return;
    if (elapsed() - refreshedAt >= refreshMs) return void refresh();
    lastLookAt = clock.now();
    const { due, wakeAt } = dutyOf(inForce.mine().certificates, world.seen, lastLookAt);
    const names = due.map(({ name }) => name).filter(host.turns.isFree);
    alarm.set(wakeAt);
    if (names.length > 0) void unattended({ names, asked: 'nothing' });
  };
  const unattended = async (request: PassRequest): Promise<void> => {
    try {
      await inForce.use(passOf(request));
      afterwards();
    } catch (thrown) {
      log.error(logFields(asCertdError(thrown)), 'pass failed');
    }
  };
  /** What a pass has done moves the next moment, which the alarm must know; once accounts were replaced, all are due. */
  const afterwards = () => {
    if (closed || signal.aborted) return;
    if (isOtherRecord()) return look();
    alarm.set(dutyOf(inForce.mine().certificates, world.seen, clock.now()).wakeAt);
  };
  /** A disk that cannot be listed changes nothing about what is known; it is asked again in an hour. */
  const refresh = async (): Promise<void> => {
    refreshedAt = elapsed();
    try {
      await world.refresh();
    } catch (thrown) {
      log.error(logFields(asCertdError(thrown)), 'state could not be read anew');
    }
    look();
  };
  const alarm = openAlarm(clock.now, look);
  const begin = () => {
    ticks?.stop();
    ticks = startTicks(inForce.config().schedule, look);
    look();
  };
  const unlessClosed = () => {
    if (closed || signal.aborted) throw new CertdError('stopped', 'certd is being stopped');
  };
  const use: Loop['use'] = async job => {
    unlessClosed();
    return inForce.use(job).finally(afterwards);
  };

  return {
    start: begin,
    use,
    ask: request => use(passOf(request)),
    replace(fresh) {
      unlessClosed();
      inForce.replace(fresh, look);
      begin();
    },
    config: inForce.config,
    alive: () => makesProgress(agendaOf(heart, [alarm, ticks]), elapsed()),
    lastLookAt: () => lastLookAt,
    counters: tally.read,
    async end() {
      closed = true;
      ticks?.stop();
      alarm.off();
      await inForce.end();
    },
  };
}

function agendaOf(
  heart: ReturnType<typeof openHeartbeat>,
  timers: readonly (Pick<Ticks, 'lateMs'> | null)[],
): Agenda {
  return { stepDeadlines: heart.deadlines(), lateMs: timers.map(timer => timer?.lateMs() ?? 0) };
}

function passOf(request: PassRequest): (inForce: InForce) => Promise<PassAnswer> {
  return ({ config, parts }) => runPass(config, parts, request);
}

/** Says once of each change that there was one. */
function changes<T>(read: () => T): () => boolean {
  let last = read();
  return () => {
    const before = last;
    last = read();
    return last !== before;
  };
}
