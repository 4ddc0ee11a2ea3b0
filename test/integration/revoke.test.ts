import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CertdCommands,
  type CertdProcess,
  certdAt,
  nginxConfig,
  startCertd,
} from '../support/certd-process.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'revoke.certd.test';
const live = (certd: CertdCommands, name = domain) =>
  readFileSync(join(certd.liveDir(name), 'cert.pem'), 'utf8');

describe('certd revoke', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  describe('through a daemon', () => {
    let certd: CertdProcess;
    beforeAll(async () => {
      certd = await startCertd(join(stack.dir, 'daemon'), nginxConfig(stack, [domain]));
      await waitUntil('the first certificate is live', () =>
        existsSync(certd.liveDir(domain)) ? true : null,
      );
      // The pass that issued it asks for its window at the end.
      await certd.command('renew', domain);
    });
    afterAll(() => certd.stop());

    test('revokes and replaces at once, with one order and one reload', async () => {
      const old = live(certd);
      const before = { orders: stack.pebble.orders(), reloads: await stack.nginx.reloadCount() };
      const { code, stdout } = await certd.command('revoke', domain, '--reason', 'superseded');
      expect(stdout).toMatch(
        /^revoke\.certd\.test: revoked 0001-[0-9a-f]{8} \(superseded\)\nrevoke\.certd\.test: issued 0002-[0-9a-f]{8}, deployed, renews in \d+d\n$/,
      );
      expect(code).toBe(0);
      expect(await stack.pebble.revocation(old)).toEqual({ status: 'Revoked', reason: 4 });
      expect(await stack.pebble.revocation(live(certd))).toEqual({ status: 'Valid', reason: null });
      const after = { orders: stack.pebble.orders(), reloads: await stack.nginx.reloadCount() };
      expect(after).toEqual({ orders: before.orders + 1, reloads: before.reloads + 1 });
      expect((await certd.command('status')).code).toBe(0);
    });

    test('without replacement is critical, and nothing is ordered until that is forced', async () => {
      const old = live(certd);
      const orders = stack.pebble.orders();
      expect(await certd.command('revoke', domain, '--no-replace')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('nothing takes its place'),
      });
      expect(await stack.pebble.revocation(old)).toEqual({ status: 'Revoked', reason: null });
      expect(await certd.command('status')).toMatchObject({
        code: 2,
        stdout: expect.stringContaining('revoked'),
      });
      expect((await certd.command('plan')).stdout).toContain(
        'is revoked (unspecified) and not to be replaced',
      );
      await certd.command('renew', domain);
      expect(stack.pebble.orders()).toBe(orders);
      expect(await certd.command('revoke', domain)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('already-revoked'),
      });
      expect((await certd.command('renew', domain, '--force')).code).toBe(0);
      expect((await certd.command('status')).code).toBe(0);
      expect(stack.pebble.orders()).toBe(orders + 1);
    });

    test('of what is not there is wrong usage', async () => {
      expect(await certd.command('revoke', 'other.certd.test')).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('no certificate is named other.certd.test'),
      });
      expect(await certd.command('revoke', domain, '--generation', '0009-aabbccdd')).toMatchObject({
        code: 64,
      });
      expect(await certd.command('revoke', domain, '--reason', 'keycompromized')).toMatchObject({ code: 64 });
      expect(await certd.command('revoke')).toMatchObject({ code: 64 });
    });
  });

  describe('without a daemon', () => {
    const keyed = (type: string) =>
      nginxConfig(stack, [domain]).replace('    challenge:', `    key: { type: ${type} }\n    challenge:`);

    test.each(['ecdsa-p384', 'rsa-2048'])(
      'signs with the key of the certificate, %s, when the account is lost, and replaces it',
      async type => {
        const certd = await certdAt(join(stack.dir, type), keyed(type));
        expect((await certd.command('renew')).code).toBe(0);
        const old = live(certd);
        await rm(join(certd.stateDir, 'issuer/accounts'), { recursive: true });
        const { code, stdout } = await certd.command('revoke', domain, '--reason', 'keyCompromise');
        expect(stdout).toMatch(/revoked 0001-[0-9a-f]{8} \(keyCompromise, signed by its own key/);
        expect(stdout).toMatch(/issued 0002-[0-9a-f]{8}, deployed/);
        expect(code).toBe(0);
        expect(await stack.pebble.revocation(old)).toEqual({ status: 'Revoked', reason: 1 });
      },
    );

    test('signs with the key of the certificate when another account issued it', async () => {
      const certd = await certdAt(join(stack.dir, 'other-account'), nginxConfig(stack, [domain]));
      expect((await certd.command('renew')).code).toBe(0);
      const old = live(certd);
      await rm(join(certd.stateDir, 'issuer/accounts'), { recursive: true });
      // Registers a new account. Pebble lets it revoke what it has proven too, so it proves another name.
      await writeFile(certd.configFile, nginxConfig(stack, ['another.certd.test']));
      expect((await certd.command('renew')).code).toBe(0);
      const { code, stdout } = await certd.command('revoke', domain);
      expect(stdout).toContain('signed by its own key');
      expect(stdout).toContain('the configuration does not name it');
      expect(code).toBe(0);
      expect((await stack.pebble.revocation(old)).status).toBe('Revoked');
    });

    test('takes a certificate that is revoked already as done, and marks it as such', async () => {
      const certd = await certdAt(join(stack.dir, 'twice'), nginxConfig(stack, [domain]));
      expect((await certd.command('renew')).code).toBe(0);
      expect((await certd.command('revoke', domain, '--no-replace')).code).toBe(0);
      await rm(join(certd.stateDir, `issuer/revoked/${domain}.json`));
      expect(await certd.command('revoke', domain, '--no-replace')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/: revoked 0001-[0-9a-f]{8} \(unspecified\)\n/),
      });
    });

    test('says which CA is missing in the configuration', async () => {
      const certd = await certdAt(join(stack.dir, 'no-ca'), nginxConfig(stack, [domain]));
      expect((await certd.command('renew')).code).toBe(0);
      await writeFile(certd.configFile, 'account: { agree_tos: true }\ncertificates: []\n');
      expect(await certd.command('revoke', domain)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`the CA \`pebble\` (${stack.pebble.directoryUrl})`),
      });
    });
  });
});
