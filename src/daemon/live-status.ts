import type { Millis } from '../core/instant.ts';
import { metricsText } from '../core/metrics/metrics.ts';
import type { Clock } from '../core/ports.ts';
import { problem } from '../core/status/certificate-problems.ts';
import type { Problem, StatusDocument } from '../core/status/status-document.ts';
import { cachedFor } from '../host/cached-for.ts';
import type { World } from '../store/world.ts';
import type { Loop } from './loop.ts';
import { readStatus } from './read-status.ts';

/** A thousand clients at once cost one document of a thousand certificates, not a thousand. */
const keptMs: Millis = 250;

/** Where nothing has changed, only the times in the line do. */
const lineMs: Millis = 60_000;

type DaemonFacts = {
  readonly pid: number;
  readonly world: World;
  readonly clock: Pick<Clock, 'now'>;
  /** Those of the program that are not the loop's. */
  readonly problems: () => readonly Problem[];
  /** `status` in one line. */
  readonly shortLine: (document: StatusDocument) => string;
};

/** What a daemon that starts now says of itself and its certificates: document and metrics from one model. */
export function openLiveStatus(
  loop: Pick<Loop, 'config' | 'alive' | 'lastLookAt' | 'counters'>,
  { pid, world, clock, problems, shortLine }: DaemonFacts,
) {
  const startedAt = clock.now();
  const all = () => (loop.alive() ? problems() : [...problems(), stuck]);
  const parts = () => [world.version(), loop.config(), ...all()];
  const status = cachedFor<StatusDocument>({ ms: keptMs, now: clock.now, of: parts }, () =>
    readStatus(loop.config(), world, {
      source: 'daemon',
      pid,
      startedAt,
      now: clock.now(),
      problems: all(),
    }),
  );
  const metrics = cachedFor({ ms: keptMs, now: clock.now, of: () => [status(), loop.lastLookAt()] }, () =>
    metricsText({
      document: status(),
      counters: loop.counters(),
      lastPassAt: loop.lastLookAt(),
      alive: loop.alive(),
    }),
  );
  const statusLine = cachedFor({ ms: lineMs, now: clock.now, of: parts }, () => shortLine(status()));
  return { status, metrics, statusLine };
}

/** What `/livez` says with 503 must not be OK for `status`, which most people watch. */
const stuck = problem(
  'daemon-stuck',
  'critical',
  null,
  'certd answers, but something that it does takes longer than anything should',
  null,
);
