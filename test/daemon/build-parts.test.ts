import { expect, it, onTestFinished } from 'vitest';
import { openStandalone } from '../../src/challenge/standalone.ts';
import { buildParts } from '../../src/daemon/build-parts.ts';
import { openCounters } from '../../src/daemon/counters.ts';
import { openTraffic } from '../../src/daemon/traffic.ts';
import { openLog } from '../../src/log.ts';
import { realDisk } from '../../src/store/disk.ts';
import { openWorld } from '../../src/store/world.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { makeConfig } from '../support/make-config.ts';
import { openStateDir } from '../support/state-dir.ts';

it.each([
  ['debug', ['hook begins: a.example ["curl","-H","X-Token: swordfish"]']],
  ['info', []],
])('shows the command of a hook at level debug alone: %s', async (level, lines) => {
  const logged: string[] = [];
  const write = (line: string) => {
    const { msg, certificates, hook } = JSON.parse(line);
    logged.push(`${msg}: ${certificates} ${hook}`);
  };
  const ran = { outcome: 'ok', detail: 'exit 0', output: '' } as const;
  const { signal } = new AbortController();
  const layout = await openStateDir();
  const steps: string[] = [];
  const host = {
    ...openTraffic(() => 0),
    half: 'both' as const,
    disk: realDisk,
    layout,
    world: openWorld(layout),
    clock: fakeClock(0),
    random: () => 0.5,
    log: openLog({ level, style: 'json', write }),
    chainGate: () => expect.fail('nothing is deployed'),
    runHook: async () => {
      steps.push('runs');
      return ran;
    },
    timer: () => () => {},
    tally: openCounters(),
    beginStep: (limitMs: number) => {
      steps.push(`begins for ${limitMs} ms`);
      return () => void steps.push('ends');
    },
    standalone: openStandalone({ passedSockets: () => [], warn: () => undefined }),
    signal,
  };
  const { parts, close } = buildParts(makeConfig([]), host);
  onTestFinished(close);
  const command = { kind: 'argv', argv: ['curl', '-H', 'X-Token: swordfish'] } as const;
  const env = { CERTD_NAME: 'a.example' };
  expect(await parts.runHook({ command, env, timeoutMs: 1000, graceMs: 100, signal })).toBe(ran);
  expect(logged).toEqual(lines);
  expect(steps).toEqual(['begins for 1200 ms', 'runs', 'ends']);
});
