import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { type NginxServer, startNginxServer } from '../../support/servers/nginx-server.ts';
import { startPostgresql } from '../../support/servers/postgresql.ts';
import { inYaml, type Scene, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe.runIf(canRunServers)('what nginx presents after a reload that said nothing was wrong', () => {
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
    await deployBy(scene.server.reload);
    first = scene.live();
  }

  const deployBy = (reload: string) =>
    scene.deploy(
      `hooks: [${inYaml(reload)}]`,
      `verify: [{ connect: "127.0.0.1:${scene.server.address.port}", timeout: 3s }]`,
    );

  const renew = async (...more: string[]) => {
    const { code, stdout, stderr } = await scene.certd.command('renew', ...more);
    return { code, output: stdout + stderr };
  };

  async function deployed(): Promise<void> {
    const { code, output } = await renew();
    expect(code, output).toBe(0);
    expect(scene.live()).not.toBe(first);
    expect(await scene.presented()).toBe(scene.live());
    expect(await scene.status()).toMatchObject({
      status: 'ok',
      problems: [],
      deploy: { state: 'deployed', last_error: null },
      served: [{ state: 'match' }],
    });
  }

  test('a reload that does not take: the old one stays live, and status says that the server presents it', async () => {
    await begin('untaken');
    await deployBy('true');
    expect(await renew('--force')).toMatchObject({ code: 1 });
    expect(scene.live()).toBe(first);
    expect(await scene.presented()).toBe(first);
    expect((await scene.status()).deploy).toMatchObject({
      state: 'rolled-back',
      last_error: { code: 'endpoint-stale' },
    });
    await deployBy(scene.server.reload);
    await deployed();
  });

  test('a path that is not certd’s: the old one stays live until the path is right', async () => {
    await begin('astray');
    const good = await readFile(scene.server.config, 'utf8');
    const live = scene.certd.liveDir(scene.domain);
    for (const name of ['fullchain.pem', 'privkey.pem'])
      await copyFile(join(live, name), join(scene.dir, name));
    await writeFile(scene.server.config, good.replaceAll(live, scene.dir));
    expect(await renew('--force')).toMatchObject({ code: 1 });
    expect(scene.live()).toBe(first);
    expect(await scene.presented()).toBe(first);
    expect((await scene.status()).deploy).toMatchObject({
      state: 'rolled-back',
      last_error: { code: 'endpoint-stale' },
    });
    await writeFile(scene.server.config, good);
    await deployed();
  });

  test('a server that never had the path: the new one is kept and owed until it does, and what it presents is said', async () => {
    await begin('elsewhere');
    const good = await readFile(scene.server.config, 'utf8');
    const live = scene.certd.liveDir(scene.domain);
    for (const name of ['fullchain.pem', 'privkey.pem'])
      await copyFile(join(live, name), join(scene.dir, name));
    await writeFile(scene.server.config, good.replaceAll(live, scene.dir));
    // Nobody looks: it is as if it had never been otherwise.
    await scene.deploy(`hooks: [${inYaml(scene.server.reload)}]`);
    expect(await renew('--force')).toMatchObject({ code: 0 });
    await deployBy(scene.server.reload);
    const second = scene.live();
    expect(await renew('--force')).toMatchObject({ code: 1 });
    expect(scene.live()).not.toBe(second);
    expect(await scene.presented()).toBe(first);
    const words = `it presents another certificate (SHA-256 ${first.slice(0, 8)}…, ends `;
    expect(await scene.status()).toMatchObject({
      deploy: {
        state: 'failed',
        last_error: { code: 'endpoint-stale', message: expect.stringContaining(words) },
      },
      served: [{ state: 'stale', detail: expect.stringContaining(words) }],
    });
    await writeFile(scene.server.config, good);
    await deployed();
  });

  test('a leaf without its chain: it is deployed with a warning that names what is missing', async () => {
    await begin('leaf-only');
    const good = await readFile(scene.server.config, 'utf8');
    await writeFile(scene.server.config, good.replace('fullchain.pem', 'cert.pem'));
    await scene.server.stop();
    await scene.server.start();
    const { code, output } = await renew('--force');
    expect(code, output).toBe(0);
    expect(await scene.presented()).toBe(scene.live());
    expect(await scene.status()).toMatchObject({
      deploy: { state: 'deployed' },
      served: [{ state: 'untrusted' }],
      problems: [{ code: 'endpoint-untrusted', message: expect.stringMatching(/intermediate|issuer/i) }],
    });
    await writeFile(scene.server.config, good);
    expect(await renew('--force')).toMatchObject({ code: 0 });
    expect(await scene.status()).toMatchObject({ status: 'ok', problems: [], served: [{ state: 'match' }] });
  });

  test('a worker that never drains does not keep the new one from being seen', async () => {
    await begin('undrained');
    const conversation = await scene.server.converse();
    await conversation.goOn();
    const { code, output } = await renew('--force');
    expect(code, output).toBe(0);
    await deployed();
    expect(scene.server.reloads()).toBe(1);
    await conversation.goOn();
    conversation.close();
  });
});

describe.runIf(canRunServers)('a key that the server cannot read', () => {
  test('keeps the old one served by the server and live, until it can', async () => {
    const stack = await startStack();
    const scene = await setScene(stack, { label: 'unreadable', user: 'postgres', start: startPostgresql });
    try {
      const first = scene.live();
      const lines = [
        `hooks: [${inYaml(scene.server.reload)}]`,
        `verify: [{ connect: "127.0.0.1:${scene.server.address.port}", starttls: postgres, timeout: 3s }]`,
      ];
      await scene.deploy(...lines);
      const good = await readFile(scene.certd.configFile, 'utf8');
      await scene.certd.configure(good.replaceAll('owner: postgres', 'owner: root'));
      const refused = await scene.certd.command('renew', '--force');
      expect(refused.code, refused.stdout + refused.stderr).toBe(1);
      expect(scene.live()).toBe(first);
      expect(await scene.presented()).toBe(first);
      expect((await scene.status()).deploy.last_error).toMatchObject({ code: 'endpoint-stale' });
      await scene.certd.configure(good);
      const again = await scene.certd.command('renew');
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect(scene.live()).not.toBe(first);
      await waitUntil('PostgreSQL presents it', async () =>
        (await scene.presented()) === scene.live() ? true : null,
      );
      expect(await scene.status()).toMatchObject({ status: 'ok', served: [{ state: 'match' }] });
    } finally {
      await scene.server.stop();
      await stack.stop();
    }
  });
});
