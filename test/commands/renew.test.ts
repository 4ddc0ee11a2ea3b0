import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { renewCommand } from '../../src/commands/renew.ts';
import { CertdError } from '../../src/core/errors.ts';
import { controlSocket } from '../../src/daemon/socket-paths.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { ownDir } from '../support/state-dir.ts';

it.each([
  ['stopped', 'stopped'],
  ['usage', 'usage'],
  ['internal-error', 'internal-error'],
  ['disk-full', 'internal-error'],
] as const)('a daemon that refuses with %s is shown as %s', async (said, shown) => {
  const runtimeDir = ownDir();
  const refuse = () => {
    throw new CertdError(said, 'no pass today');
  };
  const server = routeServer({ 'POST /renew': refuse }, () => {});
  onTestFinished(() => void server.close());
  await listenOnSocket(server, controlSocket(runtimeDir), 0o600);
  const places = { config: join(runtimeDir, 'none.yaml'), stateDir: join(runtimeDir, 'none'), runtimeDir };
  await expect(renewCommand([], places)).rejects.toMatchObject({ code: shown, message: 'no pass today' });
});
