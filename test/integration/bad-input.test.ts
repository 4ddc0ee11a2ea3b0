import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CertdCommands, certdAt, nginxConfig } from '../support/certd-process.ts';
import { makeCa } from '../support/make-cert.ts';
import { type Stack, startStack } from '../support/stack.ts';

const domain = 'bad.certd.test';
let count = 0;

describe('certd with input that is wrong', () => {
  let stack: Stack;
  let config: string;
  let certd: CertdCommands;
  beforeAll(async () => {
    stack = await startStack({ blocklist: ['blocked.certd.test'] });
    config = nginxConfig(stack, [domain]);
  });
  afterAll(() => stack.stop());
  beforeEach(async () => {
    count += 1;
    certd = await certdAt(join(stack.dir, `certd-${count}`), config);
  });

  /** Runs `renew`, expects that it fails with this code, and that `status` shows the same. */
  const expectFailure = async (code: string, message: RegExp, failures = 1) => {
    const renewed = await certd.command('renew');
    expect(renewed.stdout).toMatch(new RegExp(`^[^:]+: failed: ${code}: `));
    expect(renewed.stdout).toMatch(message);
    expect(renewed.code).toBe(1);
    const status = JSON.parse((await certd.command('status', '--json')).stdout);
    expect(status.certificates[0].renewal).toMatchObject({ failures, last_error: { code } });
    expect(status.certificates[0].renewal.next_attempt_at).not.toBeNull();
  };

  test('a CA that is down is ca-unreachable', async () => {
    await certd.configure(config.replace(/directory: .*/, 'directory: https://127.0.0.1:9/dir'));
    // An outage is no failure of the certificate.
    await expectFailure('ca-unreachable', /127\.0\.0\.1:9/, 0);
  });

  test('a CA whose HTTPS has another root is ca-untrusted', async () => {
    const stranger = join(stack.dir, 'stranger.pem');
    await writeFile(stranger, (await makeCa('stranger')).pem);
    await certd.configure(config.replace(/trust: .*/, `trust: ${stranger}`));
    await expectFailure('ca-untrusted', /certificate/, 0);
  });

  test('a name that the CA does not issue for is identifier-rejected and named', async () => {
    await certd.configure(config.replace(domain, 'blocked.certd.test'));
    await expectFailure('identifier-rejected', /blocked\.certd\.test/);
  });

  test('a webroot that is missing is webroot-unusable, and the order is kept', async () => {
    const webroot = join(certd.dir, 'nothing-here');
    await certd.configure(config.replace(/webroot: .*/, `webroot: ${webroot} }`).replace(/ } }\n/, ' }\n'));
    await expectFailure('webroot-unusable', /nothing-here/);
    const orders = stack.pebble.orders();
    await certd.configure(config);
    expect((await certd.command('renew')).code).toBe(0);
    expect(stack.pebble.orders()).toBe(orders);
  });

  test('a name that the CA cannot validate is validation-failed, and the next order is a new one', async () => {
    await stack.dns.fail(domain);
    await expectFailure('validation-failed', new RegExp(domain));
    await stack.dns.stopFailing(domain);
    const orders = stack.pebble.orders();
    expect((await certd.command('renew')).code).toBe(0);
    expect(stack.pebble.orders()).toBe(orders + 1);
  });

  test('a hook that fails leaves the deploy owed and places no other order', async () => {
    const flag = join(certd.dir, 'hook-may-run');
    await certd.configure(config.replace(/hooks: .*/, `hooks: [[test, -e, ${flag}]] }`));
    const failed = await certd.command('renew');
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining('hook-failed') });
    const status = JSON.parse((await certd.command('status', '--json')).stdout);
    expect(status.certificates[0].deploy).toMatchObject({
      state: 'failed',
      last_error: { code: 'hook-failed' },
    });
    const orders = stack.pebble.orders();
    await writeFile(flag, '');
    expect(await certd.command('renew')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('deployed 0001-'),
    });
    expect(stack.pebble.orders()).toBe(orders);
  });

  test('a corrupt state file is state-corrupt, stays as it is, and stops only its certificate', async () => {
    const other = 'other.certd.test';
    const second = `  - domains: [${other}]\n    challenge: { webroot: ${stack.nginx.webroot} }\n`;
    await certd.configure(config + second);
    expect((await certd.command('renew')).code).toBe(0);
    const file = join(certd.stateDir, 'issuer/state', `${domain}.json`);
    await writeFile(file, '{"schema":1,"failures":"many"');
    const { code, stdout } = await certd.command('renew', '--force');
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${domain}: failed: state-corrupt: .*${domain}\\.json`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${other}: issued 0002-`, 'm'));
    expect(readFileSync(file, 'utf8')).toBe('{"schema":1,"failures":"many"');
    const status = await certd.command('status');
    expect(status).toMatchObject({ code: 2, stdout: expect.stringContaining('state-corrupt') });
  });

  test('a newer layout is refused by everything but status, and nothing is touched', async () => {
    expect((await certd.command('renew')).code).toBe(0);
    await writeFile(join(certd.stateDir, 'LAYOUT'), '2\n');
    for (const words of [['renew'], ['run'], ['plan']]) {
      const { code, stderr } = await certd.command(...words);
      expect({ words, code }).toEqual({ words, code: 1 });
      expect(stderr).toContain('layout-too-new');
    }
    expect(readFileSync(join(certd.stateDir, 'LAYOUT'), 'utf8')).toBe('2\n');
    expect((await certd.command('status')).stdout).toContain(domain);
  });

  test('a configuration that would order anew what is live under another name is refused with the line to add', async () => {
    expect((await certd.command('renew')).code).toBe(0);
    await certd.configure(config.replace('- domains', '- name: renamed\n    domains'));
    const { code, stderr } = await certd.command('renew');
    expect(code).toBe(78);
    expect(stderr).toContain(`name: ${domain}`);
  });

  test('a broken configuration is shown whole, with exit code 78, and makes no state', async () => {
    await certd.configure('account: { agree_tos: yes }\ncertificats: []\n');
    const { code, stderr, stdout } = await certd.command('renew');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/config\.yaml:1:\d+: config-invalid/);
    expect(stderr).toMatch(/config\.yaml:2:1: config-unknown-key: .*certificates/);
    expect(existsSync(certd.stateDir)).toBe(false);
  });
});
