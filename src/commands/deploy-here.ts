import type { Config } from '../config/config.ts';
import { configOf } from '../core/half.ts';
import type { Millis } from '../core/instant.ts';
import { openCounters } from '../daemon/counters.ts';
import { openDeployerSession } from '../daemon/deployer-session.ts';
import { checkNames } from '../daemon/session.ts';
import { openDeployTraffic } from '../daemon/traffic.ts';
import { realClock } from '../host/clock.ts';
import { realTimer } from '../host/timer.ts';
import type { Log } from '../log.ts';
import { openChainGate } from '../pass/chain-gate.ts';
import type { DeployerParts } from '../pass/pass-parts.ts';
import { realDisk } from '../store/disk.ts';
import { layoutAt } from '../store/layout.ts';
import { deployedNames, observeAsDeployer } from '../store/observe.ts';
import { waitForLock } from '../store/wait-for-lock.ts';
import { openWorld } from '../store/world.ts';
import { commandLog } from './command-log.ts';
import { configured, showProblem } from './configured.ts';
import { effectiveUid } from './effective-uid.ts';
import { type HookManner, hookRunner } from './hook-runner.ts';
import type { Places } from './places.ts';
import { withRootHint } from './root-hint.ts';
import { stopSignal } from './stop-signal.ts';

/** `hooks`: by itself where nothing is said. */
export type DeployerPlaces = Places & { readonly hooks?: HookManner };

export type Deployer = { readonly config: Config; readonly parts: DeployerParts };

type DeployerWork<T> = {
  readonly job: (deployer: Deployer) => Promise<T>;
  /** Done with the lock held, before anything is looked at. */
  readonly first?: (parts: DeployerParts) => Promise<void>;
  /** How long another deployer is waited for. */
  readonly patienceMs: Millis;
};

/** For a person: above what most deploys take. */
export const personsPatienceMs: Millis = 10 * 60_000;

/**
 * Deploys in this process, with the deployer's lock: waits while another process has it, and is refused as `locked` in the
 * end. The deployer does not talk to the internet, and nothing that could is loaded: endpoints beside this host are looked
 * at by the issuer.
 */
export async function deployHere<T>(
  places: DeployerPlaces,
  { job, first, patienceMs }: DeployerWork<T>,
): Promise<T> {
  const config = configOf('deployer', configured(places, showProblem));
  const log = await commandLog(places.logLevel ?? 'warn', 'stderr');
  const stop = stopSignal();
  const parts = deployerParts(config, places, { log, signal: stop.signal });
  stop.listen();
  try {
    const release = await openLocked(parts, patienceMs);
    try {
      await first?.(parts);
      checkNames(config, parts.world);
      return await job({ config, parts });
    } finally {
      release();
    }
  } finally {
    stop.end();
  }
}

function deployerParts(
  config: Config,
  places: DeployerPlaces,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): DeployerParts {
  const layout = layoutAt(places.stateDir);
  return {
    ...openDeployTraffic(),
    half: 'deployer',
    disk: realDisk,
    layout,
    world: openWorld(layout, { read: observeAsDeployer, list: deployedNames }),
    clock: realClock,
    random: Math.random,
    log,
    authorities: config.authorities,
    chainGate: openChainGate(),
    runHook: hookRunner(places.hooks ?? 'direct', places.stateDir),
    timer: realTimer,
    // Whoever waits for this one job sees by himself whether it hangs.
    beginStep: () => () => {},
    tally: openCounters(),
    signal,
  };
}

async function openLocked(parts: DeployerParts, limitMs: Millis): Promise<() => void> {
  const { disk, layout, log, signal } = parts;
  const onWait = () => process.stderr.write('certd: waiting for another certd that deploys\n');
  const takeLock = (path: string) => waitForLock(path, { limitMs, signal, onWait });
  try {
    return await openDeployerSession(disk, layout, { uid: effectiveUid(), log, takeLock });
  } catch (thrown) {
    throw withRootHint(thrown);
  }
}
