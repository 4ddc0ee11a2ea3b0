import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, certdAt, nginxConfig, startCertd } from '../support/certd-process.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'account.certd.test';

/** The tests are steps of one story. */
describe('certd account', () => {
  let stack: Stack;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    await waitUntil('the certificate is deployed', async () => {
      const { stdout } = await certd.command('status', '--json');
      return JSON.parse(stdout).certificates[0].generation.deployed === null ? null : true;
    });
  });
  afterAll(async () => {
    await certd.stop();
    await stack.stop();
  });

  const show = async () => {
    const { code, stdout } = await certd.command('account', 'show', '--json');
    expect(code).toBe(0);
    return JSON.parse(stdout).accounts[0];
  };

  test('show says what the CA says', async () => {
    expect(await show()).toMatchObject({
      ca: 'pebble',
      directory: stack.pebble.directoryUrl,
      bound: false,
      account: { status: 'valid', contact: ['mailto:ops@certd.test'], rolloverUnfinished: false },
      error: null,
    });
    const { stdout } = await certd.command('account', 'show');
    expect(stdout).toMatch(/^pebble: valid\n {2}account: https:/);
  });

  test('rollover gives it another key, and the daemon orders with it', async () => {
    const before = (await show()).account;
    const { code, stdout } = await certd.command('account', 'rollover', '--ca', 'pebble');
    expect(stdout).toMatch(/^pebble: the account has a new key\n/);
    expect(code).toBe(0);
    const after = (await show()).account;
    expect(after.url).toBe(before.url);
    expect(after.thumbprint).not.toBe(before.thumbprint);
    expect(await certd.command('renew', '--force', domain)).toMatchObject({ code: 0 });
  });

  test('deactivate asks for --yes, and the next order makes a new account', async () => {
    const { url } = (await show()).account;
    const unsure = await certd.command('account', 'deactivate');
    expect(unsure.code).toBe(64);
    expect(unsure.stderr).toContain('Say --yes');
    expect((await show()).account.url).toBe(url);
    const { code, stdout } = await certd.command('account', 'deactivate', '--yes');
    expect(stdout).toBe('pebble: the account is deactivated and forgotten; the next order makes a new one\n');
    expect(code).toBe(0);
    expect((await show()).account).toBeNull();
    expect(await certd.command('renew', '--force', domain)).toMatchObject({ code: 0 });
    expect((await show()).account.url).not.toBe(url);
  });

  test('a word or a CA that is none is wrong usage', async () => {
    const word = await certd.command('account', 'revoke');
    expect(word).toMatchObject({ code: 64, stdout: '' });
    expect(word.stderr).toContain('`certd account revoke` is none of show, rollover, deactivate');
    const ca = await certd.command('account', 'show', '--ca', 'nobody');
    expect(ca.code).toBe(64);
    expect(ca.stderr).toContain('names the CA `nobody`; there are pebble');
  });

  test('without a daemon the command does it itself', async () => {
    const alone = await certdAt(join(stack.dir, 'alone'), nginxConfig(stack, [domain]));
    expect(await alone.command('account', 'show')).toMatchObject({
      code: 0,
      stdout: 'pebble: no account yet; the first order makes one\n',
    });
    const { code, stdout } = await alone.command('account', 'rollover');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^pebble: failed: account-missing: /);
  });
});
