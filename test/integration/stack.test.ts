import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestText } from '../support/json-request.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';
import { presentedLeaf } from '../support/presented-leaf.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('the stack that every integration test stands on', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      alternateRoots: 1,
      profiles: { short: { description: '', validityPeriod: 3600 } },
    });
  });
  afterAll(() => stack.stop());

  test('Pebble offers renewal information and its profiles over HTTPS that its trust file vouches for', async () => {
    const ca = await readFile(stack.pebble.trustFile, 'utf8');
    const directory = JSON.parse(await requestText(stack.pebble.directoryUrl, { ca }));
    expect(directory.renewalInfo).toMatch(/renewalInfo$/);
    expect(Object.keys(directory.meta.profiles)).toEqual(['short']);
    expect(stack.pebble.requests()).toEqual([{ method: 'GET', path: '/dir' }]);
    expect(await stack.pebble.root(1)).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  test('a renewal window is refused for a certificate that Pebble did not issue', async () => {
    const stranger = await makeCa('stranger');
    await expect(stack.pebble.setRenewalInfo(stranger.pem, { start: 0, end: 1 })).rejects.toThrow(/404/);
  });

  test('nginx serves challenge files of the webroot over plain HTTP', async () => {
    const dir = join(stack.nginx.webroot, '.well-known', 'acme-challenge');
    await mkdir(dir, { recursive: true, mode: 0o755 });
    await writeFile(join(dir, 'token'), 'token.thumbprint', { mode: 0o644 });
    const base = `http://127.0.0.1:${stack.nginx.httpPort}`;
    expect(await requestText(`${base}/.well-known/acme-challenge/token`)).toBe('token.thumbprint');
    await expect(requestText(`${base}/`)).rejects.toThrow(/404/);
  });

  test('nginx presents a site’s certificate after one reload, and again after a restart', async () => {
    const leaf = await makeLeaf(await makeCa('root'), {
      domains: ['site.test'],
      serialHex: '0102030405060708',
    });
    const liveDir = join(stack.dir, 'live');
    await mkdir(liveDir);
    await writeFile(join(liveDir, 'fullchain.pem'), leaf.pem);
    await writeFile(join(liveDir, 'privkey.pem'), leaf.keyPem, { mode: 0o600 });
    await stack.nginx.addTlsSite({ serverName: 'site.test', liveDir });
    const server = { port: stack.nginx.httpsPort, serverName: 'site.test' };
    expect((await presentedLeaf(server)).serial).toBe('0102030405060708');
    expect(await stack.nginx.reloadCount()).toBe(1);
    await stack.nginx.stop();
    await expect(presentedLeaf(server)).rejects.toThrow(/ECONNREFUSED/);
    await stack.nginx.start();
    expect((await presentedLeaf(server)).pem.trim()).toBe(leaf.pem.trim());
  });

  test('a reload counts from when nginx is told, however late its master comes to its turn', async () => {
    const before = await stack.nginx.reloadCount();
    const [program, ...words] = stack.nginx.reload;
    const { pid } = stack.nginx.process();
    process.kill(pid, 'SIGSTOP');
    try {
      await promisify(execFile)(program, words);
      expect(await stack.nginx.reloadCount()).toBe(before + 1);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

test('stopping a stack ends its processes and leaves no file', async () => {
  const stack = await startStack();
  const running = [stack.pebble.process, stack.dns.process, stack.nginx.process()];
  await stack.stop();
  expect(running.map(each => each.ended())).not.toContain(null);
  expect(existsSync(stack.dir)).toBe(false);
  await waitUntil('every pid is gone', () =>
    running.some(each => existsSync(`/proc/${each.pid}`)) ? null : true,
  );
});

test('a stack ends with the process that started it, even when that is killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'certd-killed-'));
  const program = `
    const { startStack } = await import(${JSON.stringify(import.meta.resolve('../support/stack.ts'))});
    const { pebble, dns, nginx } = await startStack();
    console.log([pebble.process, dns.process, nginx.process()].map(each => each.pid).join(' '));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pids = String(line).trim().split(' ').map(Number);
  expect(pids.map(isRunning)).toEqual([true, true, true]);
  parent.kill('SIGKILL');
  await waitUntil('every process of the stack has ended', () => (pids.some(isRunning) ? null : true));
  await rm(dir, { recursive: true });
});

/** A zombie has ended, whether or not it was waited for. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
