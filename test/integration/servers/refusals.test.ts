import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { type NginxServer, startNginxServer } from '../../support/servers/nginx-server.ts';
import { inYaml, type Scene, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe.runIf(canRunServers)('an nginx that does not take the new certificate', () => {
  let stack: Stack;
  let scene: Scene<NginxServer>;
  let first: string;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterEach(() => scene.server.stop());
  afterAll(() => stack.stop());

  async function begin(label: string): Promise<void> {
    scene = await setScene(stack, { label, user: 'root', start: startNginxServer });
    const { server } = scene;
    await scene.deploy(
      ...(server.test === null ? [] : [`test: ${inYaml(server.test)}`]),
      `hooks: [${inYaml(server.reload)}]`,
    );
    first = scene.live();
  }

  async function renewInVain(): Promise<void> {
    const { code, stdout, stderr } = await scene.certd.command('renew', '--force');
    expect(code, stdout + stderr).toBe(1);
    expect(scene.live()).toBe(first);
  }

  /** The cause is gone: the generation that was refused goes live, and no further one is ordered. */
  async function recover(): Promise<void> {
    const orders = stack.pebble.orders();
    const { code, stdout, stderr } = await scene.certd.command('renew');
    expect(code, stdout + stderr).toBe(0);
    expect(stack.pebble.orders()).toBe(orders);
    expect(scene.live()).not.toBe(first);
    await waitUntil('nginx presents the new leaf', async () =>
      (await scene.presented()) === scene.live() ? true : null,
    );
    expect(await scene.status()).toMatchObject({
      status: 'ok',
      problems: [],
      deploy: { state: 'deployed', last_error: null },
    });
  }

  test('because its configuration is broken: it is not reloaded, goes on with the old one, and status has its words', async () => {
    await begin('broken');
    const good = await readFile(scene.server.config, 'utf8');
    await appendFile(scene.server.config, 'no_such_directive on;\n');
    await renewInVain();
    expect(scene.server.reloads()).toBe(0);
    expect(await scene.presented()).toBe(first);
    expect((await scene.status()).deploy).toMatchObject({
      state: 'rolled-back',
      last_error: { code: 'test-failed', message: expect.stringContaining('no_such_directive') },
    });
    await writeFile(scene.server.config, good);
    await recover();
    expect(scene.server.reloads()).toBe(1);
  });

  test('because it is stopped: status says that its reload has failed, and it takes the new one once it runs', async () => {
    await begin('stopped');
    await scene.server.stop();
    await renewInVain();
    expect((await scene.status()).deploy).toMatchObject({
      // The old one is back, but its reload has failed, too, and is owed.
      state: 'failed',
      last_error: { code: 'hook-failed', message: expect.stringContaining('exit 1') },
    });
    await scene.server.start();
    expect(await scene.presented()).toBe(first);
    await recover();
  });
});
