import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, startAgain } from '../../support/certd-process.ts';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { type NginxServer, startNginxServer } from '../../support/servers/nginx-server.ts';
import { inYaml, type Scene, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** The tests are steps of one story. */
describe.runIf(canRunServers)('deploys that a person asks a running daemon for', () => {
  let stack: Stack;
  let scene: Scene<NginxServer>;
  let daemon: CertdProcess;
  let first: string;
  let second: string;
  beforeAll(async () => {
    stack = await startStack();
    scene = await setScene(stack, { label: 'asked', user: 'root', start: startNginxServer });
    const { reload, address } = scene.server;
    await scene.deploy(
      `hooks: [${inYaml(reload)}]`,
      `verify: [{ connect: "127.0.0.1:${address.port}", timeout: 10s }]`,
    );
    first = scene.live();
    daemon = await startAgain(scene.certd);
  });
  afterAll(async () => {
    await daemon.stop();
    await scene.server.stop();
    await stack.stop();
  });

  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await scene.certd.command(...words);
    expect(code, stdout + stderr).toBe(0);
    return stdout + stderr;
  };
  const shows = (fingerprint: string) =>
    waitUntil('nginx presents it', async () => ((await scene.presented()) === fingerprint ? true : null));

  test('a renewal is deployed by the daemon', async () => {
    await run('renew', '--force');
    second = scene.live();
    expect(second).not.toBe(first);
    await shows(second);
    expect(scene.server.reloads()).toBe(1);
  });

  test('a rollback brings the old one back, and nginx is told once', async () => {
    expect(await run('rollback', scene.domain)).toContain('0001-');
    expect(scene.live()).toBe(first);
    await shows(first);
    expect(scene.server.reloads()).toBe(2);
    expect((await scene.status()).deploy).toMatchObject({ state: 'rolled-back', last_error: null });
  });

  test('what is owed is nothing then, and a look at everything leaves it so', async () => {
    await run('deploy');
    await run('deploy', '--owed');
    expect(scene.live()).toBe(first);
    expect(scene.server.reloads()).toBe(2);
  });

  test('who forces it has the new one again', async () => {
    expect(await run('deploy', scene.domain, '--force')).toContain('0002-');
    expect(scene.live()).toBe(second);
    await shows(second);
    expect(scene.server.reloads()).toBe(3);
    expect(await scene.status()).toMatchObject({
      status: 'ok',
      problems: [],
      deploy: { state: 'deployed' },
      served: [{ state: 'match' }],
    });
  });

  test('all of it by one daemon, which logged no error', async () => {
    expect(daemon.process.ended()).toBeNull();
    const levels = daemon.process
      .log()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).level);
    expect(levels.filter(level => level >= 40)).toEqual([]);
    expect(stack.pebble.orders()).toBe(2);
  });
});
