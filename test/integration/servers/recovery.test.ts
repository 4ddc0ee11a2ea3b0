import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, startAgain } from '../../support/certd-process.ts';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { type NginxServer, startNginxServer } from '../../support/servers/nginx-server.ts';
import { inYaml, type Scene, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { type SteppedClock, steppedClock } from '../../support/stepped-clock.ts';
import { waitUntil } from '../../support/wait-until.ts';

const minutes = 1 / 1440;

describe.runIf(canRunServers)('a daemon whose nginx was stopped when the new certificate came', () => {
  let stack: Stack;
  let scene: Scene<NginxServer>;
  let clock: SteppedClock;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    scene = await setScene(stack, { label: 'recovery', user: 'root', start: startNginxServer });
    const { server } = scene;
    await scene.deploy(
      `test: ${inYaml(server.test ?? 'true')}`,
      `hooks: [${inYaml(server.reload)}]`,
      `verify: [{ connect: "127.0.0.1:${server.address.port}", timeout: 2s }]`,
    );
    const config = await readFile(scene.certd.configFile, 'utf8');
    await scene.certd.configure(`${config}schedule: "* * * * * *"\n`);
    clock = steppedClock(stack.programs, stack.dir);
    certd = await startAgain(scene.certd, { env: clock.env });
  });
  afterAll(async () => {
    await certd.stop();
    await scene.server.stop();
    await stack.stop();
  });

  test('deploys it by itself once nginx runs and the back-off is over', async () => {
    const first = scene.live();
    await scene.server.stop();
    expect(await scene.certd.command('renew', '--force')).toMatchObject({ code: 1 });
    expect(scene.live()).toBe(first);
    expect((await scene.status()).deploy).toMatchObject({
      state: 'failed',
      last_error: { code: 'hook-failed' },
    });
    const orders = stack.pebble.orders();
    await scene.server.start();
    expect(await scene.presented()).toBe(first);
    // The first wait is a minute and up to a tenth of it.
    clock.step(2 * minutes);
    await waitUntil('nginx presents the new leaf', async () =>
      scene.live() !== first && (await scene.presented()) === scene.live() ? true : null,
    );
    const shown = await waitUntil('it is deployed', async () => {
      const found = await scene.status();
      return found.deploy.state === 'deployed' ? found : null;
    });
    expect(shown).toMatchObject({
      status: 'ok',
      problems: [],
      deploy: { last_error: null },
      served: [{ state: 'match' }],
    });
    expect(stack.pebble.orders()).toBe(orders);
  });
});
