import type { Config } from '../config/config.ts';
import { openCounters } from '../daemon/counters.ts';
import { openDeployerSession } from '../daemon/deployer-session.ts';
import { checkNames } from '../daemon/session.ts';
import { openTraffic } from '../daemon/traffic.ts';
import { runHook } from '../deploy/run-hook.ts';
import { realClock } from '../host/clock.ts';
import { realTimer } from '../host/timer.ts';
import { openChainGate } from '../pass/chain-gate.ts';
import type { DeployerParts } from '../pass/pass-parts.ts';
import { realDisk } from '../store/disk.ts';
import { layoutAt } from '../store/layout.ts';
import { takeLock } from '../store/lock.ts';
import { openWorld } from '../store/world.ts';
import { commandLog } from './command-log.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { withRootHint } from './root-hint.ts';
import { stopSignal } from './stop-signal.ts';

type Deployer = { readonly config: Config; readonly parts: DeployerParts };

/**
 * Deploys in this process, with the deployer's lock: refused as `locked` while a daemon or another command has it. The
 * deployer does not talk to the internet, and nothing that could is loaded.
 */
export async function deployHere<T>(places: Places, job: (deployer: Deployer) => Promise<T>): Promise<T> {
  const config = configured(places, showProblem);
  const log = await commandLog(places.logLevel ?? 'warn', 'stderr');
  const layout = layoutAt(places.stateDir);
  const world = openWorld(layout);
  const stop = stopSignal();
  const parts: DeployerParts = {
    ...openTraffic(realClock.now),
    disk: realDisk,
    layout,
    world,
    clock: realClock,
    random: Math.random,
    log,
    authorities: config.authorities,
    knownAuthorities: config.knownAuthorities,
    chainGate: openChainGate(),
    runHook,
    timer: realTimer,
    // Whoever waits for this one job sees by himself whether it hangs.
    beginStep: () => () => {},
    tally: openCounters(),
    signal: stop.signal,
  };
  const release = openLocked(() => openDeployerSession(layout, takeLock));
  stop.listen();
  try {
    checkNames(config, world);
    return await job({ config, parts });
  } finally {
    stop.end();
    release();
  }
}

function openLocked(open: () => () => void): () => void {
  try {
    return open();
  } catch (thrown) {
    throw withRootHint(thrown);
  }
}
