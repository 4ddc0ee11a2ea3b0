import { expect } from 'vitest';
import { openStandalone } from '../../src/challenge/standalone.ts';
import type { Host } from '../../src/daemon/build-parts.ts';
import { openCounters } from '../../src/daemon/counters.ts';
import { openTraffic } from '../../src/daemon/traffic.ts';
import { openLog } from '../../src/log.ts';
import { realDisk } from '../../src/store/disk.ts';
import { openWorld } from '../../src/store/world.ts';
import { fakeClock } from './fake-clock.ts';
import { openStateDir } from './state-dir.ts';

/** What `buildParts` makes parts of, with a state directory of its own. A deploy, a hook and a warning fail the test. */
export async function makeBuildHost(changed: Partial<Host> = {}): Promise<Host> {
  const layout = await openStateDir();
  const clock = fakeClock(0);
  return {
    ...openTraffic(clock.now),
    half: 'both',
    disk: realDisk,
    layout,
    world: openWorld(layout),
    clock,
    random: () => 0.5,
    log: openLog({ level: 'warn', style: 'json', write: line => expect.fail(line) }),
    chainGate: () => expect.fail('nothing is deployed'),
    runHook: () => expect.fail('no hook runs'),
    timer: () => () => {},
    tally: openCounters(),
    beginStep: () => () => {},
    standalone: openStandalone({ passedSockets: () => [], warn: error => expect.fail(error.message) }),
    signal: new AbortController().signal,
    ...changed,
  };
}
