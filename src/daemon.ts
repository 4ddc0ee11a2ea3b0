import type { Standalone } from './challenge/standalone.ts';
import type { Config } from './config/config.ts';
import type { StatusDocument } from './core/status/status-document.ts';
import { openLiveStatus } from './daemon/live-status.ts';
import { type LoopHost, openLoop } from './daemon/loop.ts';
import { noticeHost } from './daemon/notice-host.ts';
import { openReadyAccounts } from './daemon/ready-accounts.ts';
import { openReloader, type Reloading } from './daemon/reloader.ts';
import { openReports, type ServiceManager } from './daemon/service-manager.ts';
import { checkNames, openIssuerSession, openSession } from './daemon/session.ts';
import { openSignals, type Signals } from './daemon/signals.ts';
import { openSockets } from './daemon/sockets.ts';
import { answerOutsideOrders, standaloneFor } from './daemon/standalone-host.ts';
import { watchState } from './daemon/watch-state.ts';
import { runHook } from './deploy/run-hook.ts';
import { startTicks } from './host/schedule.ts';
import { version } from './host/version.ts';
import { openChainGate } from './pass/chain-gate.ts';
import { takeLock } from './store/lock.ts';
import { hostRoots } from './x509/roots.ts';

export type DaemonSetup = Omit<LoopHost, 'runHook' | 'chainGate' | 'standalone' | 'signal'> &
  Reloading & {
    readonly runtimeDir: string;
    readonly uid: number;
    /** The descriptors that systemd passed (`host/passed-sockets.ts`). */
    readonly passedSockets: () => readonly number[];
    readonly manager: ServiceManager;
    /** One line for the service manager. */
    readonly shortLine: (document: StatusDocument) => string;
  };

/** Runs until SIGTERM or SIGINT. Throws before it has served anything where the start fails. */
export async function runDaemon(config: Config, setup: DaemonSetup): Promise<void> {
  const { disk, layout, world, log, uid } = setup;
  const signals = openSignals(process);
  try {
    const open = setup.half === 'issuer' ? openIssuerSession : openSession;
    const release = await open(disk, layout, { uid, log, takeLock });
    try {
      checkNames(config, world);
      await noticeHost(config.certificates, setup);
      await serveWithAnswers(config, setup, signals);
    } finally {
      release();
    }
  } finally {
    signals.close();
  }
}

async function serveWithAnswers(config: Config, setup: DaemonSetup, signals: Signals): Promise<void> {
  const standalone = standaloneFor(setup);
  try {
    await answerOutsideOrders(config, standalone, setup.log);
    await serve(config, { ...setup, standalone }, signals);
  } finally {
    await standalone.close();
  }
}

async function serve(
  config: Config,
  setup: DaemonSetup & { readonly standalone: Standalone },
  signals: Signals,
): Promise<void> {
  const { log, layout, world, standalone } = setup;
  const loop = openLoop(config, {
    ...setup,
    runHook,
    chainGate: openChainGate(),
    signal: signals.stop,
  });
  const accounts = openReadyAccounts(loop, setup);
  const inForce = (fresh: Config) => {
    setup.inForce(fresh);
    accounts.begin();
    void answerOutsideOrders(fresh, standalone, log);
  };
  const reloader = openReloader(config, loop, { ...setup, inForce });
  const problems = () => [...reloader.problems(), ...accounts.problems()];
  const told = openLiveStatus(loop, { ...setup, pid: process.pid, problems });
  const reports = openReports(setup.manager, { ...setup, ...told, alive: loop.alive, monotonicMicros });
  warmUp(config);
  const sockets = await openSockets(config, { ...setup, ...told, loop });
  log.info({ version, certificates: config.certificates.length, pid: process.pid }, 'certd started');
  const endWatch = watchState(layout, world, log);
  loop.start();
  reports.ready();
  accounts.begin();
  signals.onReload(() => void reports.reload(reloader.reload));
  await signals.stopped;
  reports.stopping();
  log.info('certd stops');
  endWatch();
  accounts.end();
  await loop.end();
  await sockets.close();
}

/** What takes long the first time only, and would keep the first clients of the sockets waiting. */
function warmUp({ schedule }: Config): void {
  hostRoots();
  startTicks(schedule, () => {}).stop();
}

function monotonicMicros(): bigint {
  return process.hrtime.bigint() / 1000n;
}
