import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../support/ports.ts';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { startHaproxy } from '../../support/servers/haproxy.ts';
import { inYaml, type Scene, setScene } from '../../support/servers/scene.ts';
import type { TestServer } from '../../support/servers/test-server.ts';
import { type Stack, startStack } from '../../support/stack.ts';

describe.runIf(canRunServers)('an HAProxy that takes connections with a PROXY header only', () => {
  let stack: Stack;
  let scene: Scene<TestServer>;
  let port: number;
  beforeAll(async () => {
    stack = await startStack();
    [port = 0] = await freePorts(1);
    scene = await setScene(stack, {
      label: 'behind',
      user: 'root',
      start: async (programs, wish) => {
        const server = await startHaproxy(programs, wish);
        const config = join(wish.dir, 'haproxy.cfg');
        const text = await readFile(config, 'utf8');
        const bind = `  bind 127.0.0.1:${port} accept-proxy ssl crt ${wish.combined}\n`;
        await writeFile(config, text.replace('frontend tls\n', `frontend tls\n${bind}`));
        await server.stop();
        await server.start();
        return server;
      },
    });
  });
  afterAll(async () => {
    await scene.server.stop();
    await stack.stop();
  });

  const deployAndLookBy = (more: string) =>
    scene.deploy(
      `hooks: [${inYaml(scene.server.reload)}]`,
      `verify: [{ connect: "127.0.0.1:${port}", timeout: 10s${more} }]`,
    );

  test.each(['v1', 'v2'])('presents the new leaf to a look with a header of %s', async version => {
    await deployAndLookBy(`, proxy_protocol: ${version}`);
    const before = { live: scene.live(), reloads: scene.server.reloads() };
    const { code, stdout, stderr } = await scene.certd.command('renew', '--force');
    expect(code, stdout + stderr).toBe(0);
    expect(scene.live()).not.toBe(before.live);
    expect(scene.server.reloads()).toBe(before.reloads + 1);
    expect(await scene.status()).toMatchObject({ status: 'ok', problems: [], served: [{ state: 'match' }] });
    expect(await scene.presented()).toBe(scene.live());
  });

  test('presents nothing to a look without one, which is said', async () => {
    await deployAndLookBy('');
    const { code, stdout } = await scene.certd.command('verify', '--json');
    expect(code).not.toBe(0);
    expect(JSON.parse(stdout).certificates[0].served).toMatchObject([{ state: 'unreachable' }]);
  });
});
