import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPair } from '../../src/store/generation.ts';
import { type CertdProcess, certdAt, nginxConfig, startAgain } from '../support/certd-process.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const program = join(import.meta.dirname, '../../dist/certd.js');
const preload = join(import.meta.dirname, '../support/kill-at.mjs');
const external = ['--deploy=external'];

describe('an issuer and a deployer of one user, with a real CA and a real nginx', () => {
  const domain = 'apart.certd.test';
  let stack: Stack;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    const commands = await certdAt(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    certd = await startAgain(commands, { words: external });
  });
  afterAll(() => stack.stop());

  test('the issuer issues and asks, and changes nothing outside its half', async () => {
    await waitUntil('a deploy is asked for', () => requests(certd.stateDir).length || null);
    expect(requests(certd.stateDir)).toEqual([domain]);
    expect(readdirSync(certd.stateDir)).toEqual(['issuer']);
    expect(await stack.nginx.reloadCount()).toBe(0);
  });

  test('the deployer takes the request, deploys and reloads', async () => {
    expect(await certd.command('deploy', '--owed')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^apart\.certd\.test: deployed 0001-[0-9a-f]{8}\n$/),
    });
    expect(requests(certd.stateDir)).toEqual([]);
    expect(readPair(certd.liveDir(domain)).leaf.domains).toEqual([domain]);
    expect(await stack.nginx.reloadCount()).toBe(1);
    expect(readdirSync(certd.stateDir).sort()).toEqual(['LAYOUT', 'deploy', 'deployed', 'issuer', 'live']);
  });

  test('nothing more is asked for or done where nothing is owed', async () => {
    expect(await certd.command('deploy', '--owed')).toMatchObject({ code: 0, stdout: '' });
    expect(await stack.nginx.reloadCount()).toBe(1);
    expect(requests(certd.stateDir)).toEqual([]);
  });

  test('whoever renews is told what the deployer has made of it', async () => {
    const renewed = certd.command('renew', '--force');
    await waitUntil('a deploy is asked for', () => requests(certd.stateDir).length || null);
    expect(await certd.command('deploy', '--owed')).toMatchObject({ code: 0 });
    expect(await renewed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^apart\.certd\.test: issued 0002-[0-9a-f]{8}, deployed, renews /),
    });
    expect(await stack.nginx.reloadCount()).toBe(2);
  });

  test('a rollback is made by its own process, and asks the daemon for nothing', async () => {
    expect(await certd.command('rollback', domain)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/deployed 0001-/),
    });
    expect(await stack.nginx.reloadCount()).toBe(3);
  });

  test('commands around an attempt are refused with their place, at SIGHUP and at the start', async () => {
    const good = nginxConfig(stack, [domain]);
    await certd.configure(`${good}    attempt: { before: ["true"] }\n`);
    const place = `${certd.configFile}:${good.split('\n').length}:5: config-invalid: `;
    process.kill(certd.process.pid, 'SIGHUP');
    const problem = await waitUntil('the new configuration is refused', async () => {
      const { stdout } = await certd.command('status', '--json');
      return JSON.parse(stdout).problems[0] ?? null;
    });
    expect(problem).toMatchObject({ code: 'config-refused', message: expect.stringContaining(place) });
    await certd.stop();
    expect(await certd.command('run', ...external)).toMatchObject({
      code: 78,
      stderr: expect.stringContaining(place),
    });
  });
});

describe.runIf(canBeOtherUsers())('an issuer without rights and a deployer that is root', () => {
  const domain = 'split.certd.test';
  let stack: Stack;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    const commands = await certdAt(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    mkdirSync(join(commands.stateDir, 'issuer'), { recursive: true, mode: 0o755 });
    mkdirSync(commands.runtimeDir);
    for (const path of [join(commands.stateDir, 'issuer'), commands.runtimeDir, stack.nginx.webroot]) {
      chownSync(path, somebody.uid, somebody.gid);
    }
    const logFile = join(commands.runtimeDir, 'certd.log');
    certd = await startAgain(commands, { words: external, user: somebody, logFile });
  });
  afterAll(() => stack.stop());

  test('the issuer asks for what it has issued', async () => {
    await waitUntil('a deploy is asked for', () => requests(certd.stateDir).length || null);
    expect(readdirSync(certd.stateDir)).toEqual(['issuer']);
    expect(statSync(join(certd.stateDir, 'issuer/requests', domain)).uid).toBe(somebody.uid);
  });

  test('root deploys it, and keeps what is live to itself', async () => {
    expect(await certd.command('deploy', '--owed')).toMatchObject({ code: 0 });
    const live = certd.liveDir(domain);
    expect(readPair(live).leaf.domains).toEqual([domain]);
    expect(lstatSync(live).uid).toBe(0);
    const key = statSync(join(live, 'privkey.pem'));
    expect([key.uid, key.mode & 0o777]).toEqual([0, 0o400]);
    expect(await stack.nginx.reloadCount()).toBe(1);
    expect(requests(certd.stateDir)).toEqual([]);
  });

  test('a deployer that is killed at any point has left its deploy to the next one, and its asker waiting', async () => {
    const deploy = (killAt: string) =>
      spawnSync(process.execPath, ['--import', preload, program, 'deploy', '--owed', ...certd.flags], {
        env: { PATH: process.env['PATH'] ?? '', CERTD_TEST_KILL_AT: killAt },
        timeout: 60_000,
      });
    for (const killAt of ['2', '8', '14', '20', '26', '34']) {
      const before = { live: readPair(certd.liveDir(domain)).cert, reloads: await stack.nginx.reloadCount() };
      const renewed = certd.command('renew', '--force');
      await waitUntil('a deploy is asked for', () => requests(certd.stateDir).length || null);
      expect(deploy(killAt).signal, `killed before mutation ${killAt}`).toBe('SIGKILL');
      expect(readPair(certd.liveDir(domain)).leaf.domains).toEqual([domain]);
      expect(deploy('0').status, `after the kill before mutation ${killAt}`).toBe(0);
      expect(await renewed).toMatchObject({ code: 0, stdout: expect.stringContaining(', deployed,') });
      expect(readPair(certd.liveDir(domain)).cert).not.toBe(before.live);
      // A reload whose end was not written down comes again.
      expect((await stack.nginx.reloadCount()) - before.reloads).toBeGreaterThanOrEqual(1);
    }
  });

  test('the issuer sees what is live though it may not read it', async () => {
    const status = await waitUntil('it is seen', async () => {
      const { stdout } = await certd.command('status', '--json');
      const { certificates } = JSON.parse(stdout);
      return certificates[0].generation.live === null ? null : certificates[0];
    });
    expect(status).toMatchObject({ name: domain, status: 'ok', problems: [], deploy: { state: 'deployed' } });
    expect(existsSync(join(certd.stateDir, 'issuer/issued', domain))).toBe(true);
    await certd.stop();
  });
});

function requests(stateDir: string): readonly string[] {
  const place = join(stateDir, 'issuer/requests');
  return existsSync(place) ? readdirSync(place) : [];
}
