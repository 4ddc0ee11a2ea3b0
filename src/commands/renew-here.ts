import { buildParts, type Host } from '../daemon/build-parts.ts';
import { openCounters } from '../daemon/counters.ts';
import { askedBy } from '../daemon/pass-request.ts';
import { type PassAnswer, runPass } from '../daemon/run-pass.ts';
import { checkNames, openSession } from '../daemon/session.ts';
import { standaloneFor } from '../daemon/standalone-host.ts';
import { openTraffic } from '../daemon/traffic.ts';
import { realClock } from '../host/clock.ts';
import { realTimer } from '../host/timer.ts';
import { openChainGate } from '../pass/chain-gate.ts';
import { realDisk } from '../store/disk.ts';
import { layoutAt } from '../store/layout.ts';
import { takeLock } from '../store/lock.ts';
import { openWorld } from '../store/world.ts';
import { commandLog } from './command-log.ts';
import { configured, showProblem } from './configured.ts';
import { effectiveUid } from './effective-uid.ts';
import type { Places } from './places.ts';

/** One pass in this process, with the daemon's locks: refused as `locked` while a daemon has them. */
export async function renewHere(
  names: readonly string[] | null,
  options: Places & { readonly force?: true },
): Promise<PassAnswer> {
  const config = configured(options.config, showProblem);
  const log = await commandLog(options.logLevel ?? 'warn', 'stderr');
  const layout = layoutAt(options.stateDir);
  const stop = new AbortController();
  const world = openWorld(layout);
  // systemd starts no `certd renew` with a socket.
  const standalone = standaloneFor({ log, passedSockets: () => [] });
  const host: Host = {
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
    // Whoever waits for this one pass sees by himself whether it hangs.
    beginStep: () => () => {},
    tally: openCounters(),
    standalone,
    signal: stop.signal,
  };
  const release = await openSession(realDisk, layout, { uid: effectiveUid(), log, takeLock });
  const { parts, close } = buildParts(config, host);
  const abort = () => stop.abort();
  process.once('SIGTERM', abort);
  process.once('SIGINT', abort);
  try {
    checkNames(config, world);
    return await runPass(config, parts, { names, asked: askedBy(names, options.force === true) });
  } finally {
    process.off('SIGTERM', abort);
    process.off('SIGINT', abort);
    close();
    await standalone.close();
    release();
  }
}
