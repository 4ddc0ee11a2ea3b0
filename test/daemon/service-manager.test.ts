import { expect, it } from 'vitest';
import { openReports } from '../../src/daemon/service-manager.ts';

/** Reports to a service manager that writes down what it is told; time passes in `advance` alone. */
function room(watchdogMs: number | null = null) {
  const told: string[] = [];
  const state = { line: 'OK: 1 certificate', alive: true, now: 0 };
  let timers: { readonly at: number; readonly ring: () => void }[] = [];
  const reports = openReports(
    { tell: message => void told.push(message), watchdogMs },
    {
      statusLine: () => state.line,
      alive: () => state.alive,
      timer: (ms, ring) => {
        const timer = { at: state.now + ms, ring };
        timers.push(timer);
        return () => {
          timers = timers.filter(each => each !== timer);
        };
      },
      monotonicMicros: () => 77_000_000n,
    },
  );
  const advance = (ms: number) => {
    const end = state.now + ms;
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      state.now = next.at;
      timers = timers.filter(each => each !== next);
      next.ring();
    }
    state.now = end;
  };
  return { reports, told, state, advance, timers: () => timers.length };
}

const hour = 3_600_000;

it('says nothing before certd is ready, and then that it is, with its status', () => {
  const { reports, told, advance } = room(10_000);
  advance(hour);
  expect(told).toEqual([]);
  reports.ready();
  expect(told).toEqual(['READY=1\nSTATUS=OK: 1 certificate']);
});

it('says the status again within five seconds of a change, and only then', () => {
  const { reports, told, state, advance } = room();
  reports.ready();
  advance(hour);
  state.line = 'CRITICAL: a.example (expired)';
  advance(4999);
  expect(told).toHaveLength(1);
  advance(1);
  expect(told.slice(1)).toEqual(['STATUS=CRITICAL: a.example (expired)']);
  advance(hour);
  expect(told).toHaveLength(2);
});

it('feeds the watchdog at half of its time as long as the scheduler goes on', () => {
  const { reports, told, state, advance } = room(10_000);
  reports.ready();
  advance(20_000);
  expect(told.slice(1)).toEqual(['WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  state.alive = false;
  advance(hour);
  expect(told).toHaveLength(5);
  state.alive = true;
  advance(5000);
  expect(told).toHaveLength(6);
});

it('feeds no watchdog where there is none', () => {
  const { reports, told, advance } = room(null);
  reports.ready();
  advance(hour);
  expect(told).toHaveLength(1);
});

it('is reloading until the last of the reloads that overlap has ended', async () => {
  const { reports, told, state } = room();
  reports.ready();
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const reloads = [reports.reload(() => first.promise), reports.reload(() => second.promise)];
  first.resolve();
  await reloads[0];
  const reloading = 'RELOADING=1\nMONOTONIC_USEC=77000000';
  expect(told.slice(1)).toEqual([reloading, reloading]);
  state.line = 'WARNING: config-refused';
  second.resolve();
  await reloads[1];
  expect(told.slice(3)).toEqual(['READY=1\nSTATUS=WARNING: config-refused']);
});

it('says that it stops, and nothing after that', () => {
  const { reports, told, state, advance, timers } = room(10_000);
  reports.ready();
  reports.stopping();
  expect(told.slice(1)).toEqual(['STOPPING=1\nSTATUS=stopping']);
  state.line = 'other';
  advance(hour);
  expect(told).toHaveLength(2);
  expect(timers()).toBe(0);
});
