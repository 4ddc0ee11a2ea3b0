import { buildParts, type Host } from '../daemon/build-parts.ts';
import { openCounters } from '../daemon/counters.ts';
import type { InForce } from '../daemon/loop.ts';
import { noticeHost } from '../daemon/notice-host.ts';
import { checkNames, openIssuerSession, openSession } from '../daemon/session.ts';
import { standaloneFor } from '../daemon/standalone-host.ts';
import { openTraffic } from '../daemon/traffic.ts';
import { realClock } from '../host/clock.ts';
import { realTimer } from '../host/timer.ts';
import { openChainGate } from '../pass/chain-gate.ts';
import { realDisk } from '../store/disk.ts';
import { layoutAt } from '../store/layout.ts';
import { takeLock } from '../store/lock.ts';
import { isSplit } from '../store/split.ts';
import { openWorld } from '../store/world.ts';
import { commandLog } from './command-log.ts';
import { configured, showProblem } from './configured.ts';
import { effectiveUid } from './effective-uid.ts';
import type { Places } from './places.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * Does in this process what a daemon would do, with its locks: refused as `locked` while a daemon has them. In a state
 * directory of two users it is the issuer alone.
 */
export async function runHere<T>(places: Places, job: (inForce: InForce) => Promise<T>): Promise<T> {
  const layout = layoutAt(places.stateDir);
  const half = isSplit(layout) ? 'issuer' : 'both';
  const config = configured({ ...places, isExternal: half === 'issuer' }, showProblem);
  const log = await commandLog(places.logLevel ?? 'warn', 'stderr');
  const world = openWorld(layout);
  const stop = stopSignal();
  // systemd starts no command with a socket.
  const standalone = standaloneFor({ log, passedSockets: () => [] });
  const host: Host = {
    half,
    ...openTraffic(realClock.now),
    world,
    timer: realTimer,
    disk: realDisk,
    layout,
    clock: realClock,
    random: Math.random,
    log,
    // Most calls run no hook.
    runHook: async run => (await import('../deploy/run-hook.ts')).runHook(run),
    chainGate: openChainGate(),
    // Whoever waits for this one job sees by himself whether it hangs.
    beginStep: () => () => {},
    tally: openCounters(),
    standalone,
    signal: stop.signal,
  };
  const open = half === 'issuer' ? openIssuerSession : openSession;
  const release = await open(realDisk, layout, { uid: effectiveUid(), log, takeLock });
  const { config: mine, parts, close } = buildParts(config, host);
  stop.listen();
  try {
    checkNames(config, world);
    await noticeHost(config.certificates, host);
    return await job({ config: mine, parts });
  } finally {
    stop.end();
    close();
    await standalone.close();
    release();
  }
}
