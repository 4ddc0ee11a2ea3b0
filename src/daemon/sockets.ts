import type { Config } from '../config/config.ts';
import { type CertdError, logFields } from '../core/errors.ts';
import type { StatusDocument } from '../core/status/status-document.ts';
import { type Answer, render } from '../health/answer.ts';
import { listenOnSocket } from '../health/listen.ts';
import { type Routes, routeServer } from '../health/server.ts';
import { closeServer } from '../host/close-server.ts';
import { ofLast } from '../host/of-last.ts';
import type { Log } from '../log.ts';
import { controlRoutes } from './control-routes.ts';
import type { Loop } from './loop.ts';
import { giveToGroup, socketGroup } from './socket-group.ts';
import { linkToSocket, removeOldLink } from './socket-link.ts';
import { controlSocket, defaultHealthSocket, healthSocket } from './socket-paths.ts';

type Setup = {
  readonly runtimeDir: string;
  readonly log: Log;
  readonly uid: number;
  readonly loop: Pick<Loop, 'ask' | 'use' | 'alive'>;
  readonly status: () => StatusDocument;
  /** Prometheus text. */
  readonly metrics: () => string;
};

/**
 * Opens the read-only health socket and the control socket (contract section 6). One that is configured elsewhere
 * has a link in the usual place, where `status` finds it without a configuration.
 */
export async function openSockets(config: Config, setup: Setup): Promise<{ close(): Promise<void> }> {
  const { runtimeDir, log } = setup;
  const report = (error: CertdError) => log.error(logFields(error), 'socket request failed');
  const health = routeServer(healthRoutes(setup), report);
  const control = routeServer(
    { 'GET /livez': () => livez(setup.loop), ...controlRoutes(setup.loop) },
    report,
  );
  let removeLink = () => {};
  const close = async () => {
    removeLink();
    // In turn, so that what the control socket has just answered still goes out.
    for (const server of [health, control]) await closeServer(server);
  };
  try {
    const group = socketGroup(config.health.group);
    const path = healthSocket(config, runtimeDir);
    const usual = defaultHealthSocket(runtimeDir);
    await removeOldLink(usual);
    await listenOnSocket(health, path, config.health.mode);
    giveToGroup(path, group, setup);
    await listenOnSocket(control, controlSocket(runtimeDir), 0o600);
    if (path !== usual) removeLink = await linkToSocket(usual, path);
    return { close };
  } catch (thrown) {
    // A server that still listens would keep a daemon that failed to start alive.
    await close();
    throw thrown;
  }
}

/** All who ask while the document is the same one get the same bytes. */
function healthRoutes({ loop, status, metrics }: Setup): Routes {
  const statusBytes = ofLast((body: StatusDocument) => render({ status: 200, body }));
  const healthBytes = ofLast((document: StatusDocument) => render(healthz(document)));
  const metricsBytes = ofLast((text: string) => render({ status: 200, text, type: prometheusText }));
  return {
    'GET /livez': () => livez(loop),
    'GET /healthz': () => healthBytes(status()),
    'GET /status': () => statusBytes(status()),
    'GET /metrics': () => metricsBytes(metrics()),
  };
}

const prometheusText = 'text/plain; version=0.0.4; charset=utf-8';

function healthz(document: StatusDocument): Answer {
  const problems = [...document.problems, ...document.certificates.flatMap(({ problems }) => problems)];
  return {
    status: document.status === 'critical' ? 503 : 200,
    body: { status: document.status, problems },
  };
}

function livez({ alive }: Pick<Loop, 'alive'>) {
  const lives = alive();
  return { status: lives ? 200 : 503, body: { alive: lives } };
}
