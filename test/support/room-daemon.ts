import { onTestFinished } from 'vitest';
import { openStandalone } from '../../src/challenge/standalone.ts';
import { configured } from '../../src/commands/configured.ts';
import { shortLine } from '../../src/commands/status-short.ts';
import { openLiveStatus } from '../../src/daemon/live-status.ts';
import { type Loop, openLoop } from '../../src/daemon/loop.ts';
import { openReloader } from '../../src/daemon/reloader.ts';
import { healthSocket } from '../../src/daemon/socket-paths.ts';
import { openSockets } from '../../src/daemon/sockets.ts';
import type { HookResult, HookRun } from '../../src/deploy/run-hook.ts';
import { realTimer } from '../../src/host/timer.ts';
import { openLog } from '../../src/log.ts';
import { realDisk } from '../../src/store/disk.ts';
import { openWorld } from '../../src/store/world.ts';
import { datelessGate } from './dateless-gate.ts';
import { fakeClock } from './fake-clock.ts';
import { ownUid } from './state-dir.ts';
import type { StateRoom } from './state-room.ts';

export type RoomDaemon = {
  readonly loop: Loop;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly socket: string;
  /** How many hooks have begun. */
  hooksRun(): number;
  reload(): Promise<void>;
  /** Also called when the test ends. */
  end(): Promise<void>;
};

/**
 * The daemon of a room, in this process: its real loop, reloader and sockets over the real disk. The clock is
 * the test's; nothing is looked at before `loop.start()`. `hook`: what every hook ends with.
 */
export async function roomDaemon(
  room: StateRoom,
  hook: (run: HookRun) => Promise<HookResult> = async () => ({ outcome: 'ok', detail: 'exit 0', output: '' }),
): Promise<RoomDaemon> {
  const { layout, runtimeDir } = room;
  // One tick a year: what wakes the loop is the test.
  const config = {
    ...configured({ config: room.configFile, stateDir: room.layout.root }),
    schedule: '0 0 1 1 *',
  };
  const clock = fakeClock(room.start);
  const stop = new AbortController();
  let hooks = 0;
  const world = openWorld(layout);
  const log = openLog({ level: 'fatal', style: 'json', write: () => {} });
  const loop = openLoop(config, {
    half: 'both',
    disk: realDisk,
    layout,
    world,
    clock,
    elapsed: clock.now,
    timer: realTimer,
    random: () => 0.5,
    log,
    standalone: openStandalone({ passedSockets: () => [], warn: () => undefined }),
    chainGate: datelessGate(),
    runHook: run => {
      hooks += 1;
      return hook(run);
    },
    signal: stop.signal,
  });
  const reload = () => configured({ config: room.configFile, stateDir: room.layout.root });
  const reloader = openReloader(config, loop, { reload, inForce: () => {}, log, clock, world });
  const told = openLiveStatus(loop, {
    pid: process.pid,
    world,
    clock,
    problems: reloader.problems,
    shortLine,
  });
  const sockets = await openSockets(config, { runtimeDir, log, uid: ownUid, ...told, loop });
  const end = async () => {
    stop.abort();
    await loop.end();
    await sockets.close();
  };
  onTestFinished(end);
  const socket = healthSocket(config, runtimeDir);
  return { loop, clock, socket, hooksRun: () => hooks, reload: reloader.reload, end };
}
