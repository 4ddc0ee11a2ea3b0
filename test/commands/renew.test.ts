import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { renewCommand } from '../../src/commands/renew.ts';
import { controlSocket } from '../../src/daemon/socket-paths.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { ownDir } from '../support/state-dir.ts';

const alive = () => ({ status: 200, body: { alive: true } });

it.each([
  ['stopped', 'stopped'],
  ['usage', 'usage'],
  ['internal-error', 'internal-error'],
  ['disk-full', 'disk-full'],
  ['of-tomorrow', 'internal-error'],
] as const)('a daemon that refuses with %s is shown as %s', async (said, shown) => {
  const runtimeDir = ownDir();
  const refuse = () => ({ status: 500, body: { code: said, message: 'no pass today' } });
  const server = routeServer({ 'GET /livez': alive, 'POST /renew': refuse }, () => {});
  onTestFinished(() => void server.close());
  await listenOnSocket(server, controlSocket(runtimeDir), 0o600);
  const places = { config: join(runtimeDir, 'none.yaml'), stateDir: join(runtimeDir, 'none'), runtimeDir };
  await expect(renewCommand([], places)).rejects.toMatchObject({ code: shown, message: 'no pass today' });
});

it('a daemon whose pass hangs is not waited for', async () => {
  const runtimeDir = ownDir();
  const server = routeServer({ 'GET /livez': () => ({ status: 503, body: { alive: false } }) }, () => {});
  onTestFinished(() => void server.close());
  const socket = controlSocket(runtimeDir);
  await listenOnSocket(server, socket, 0o600);
  const places = { config: join(runtimeDir, 'none.yaml'), stateDir: join(runtimeDir, 'none'), runtimeDir };
  await expect(renewCommand([], places)).rejects.toMatchObject({
    code: 'daemon-stuck',
    message: `the daemon on ${socket} hangs in a pass`,
  });
});
