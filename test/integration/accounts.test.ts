import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { startPebble, type TestPebble } from '../support/pebble.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'accounts.certd.test';
const macKey = Buffer.from('a MAC key of thirty-two bytes, ..').toString('base64url');

/* One story: a daemon with a fallback that wants a binding. */
describe('a fallback CA', () => {
  let stack: Stack;
  let fallback: TestPebble;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    const dir = join(stack.dir, 'fallback');
    await mkdir(dir);
    fallback = await startPebble(stack.programs.pebble, dir, {
      eabKeys: { 'kid-1': macKey },
      validationPort: stack.nginx.httpPort,
      dnsAddress: stack.dns.address,
    });
    certd = await startCertd(join(stack.dir, 'certd'), await configuration(stack, fallback));
  });
  afterAll(async () => {
    await certd.stop();
    await fallback.process.stop();
    await stack.stop();
  });

  const status = async () => JSON.parse((await certd.command('status', '--json')).stdout);
  const newAccounts = () => fallback.requests().filter(({ path }) => path === '/sign-me-up').length;

  test('without an account is a warning, while the certificate is issued by the first', async () => {
    const document = await waitUntil('the first certificate is deployed', async () => {
      const found = await status();
      return found.certificates[0].generation.deployed !== null && found.problems.length > 0 ? found : null;
    });
    expect(document).toMatchObject({
      status: 'warning',
      problems: [
        {
          code: 'ca-not-ready',
          level: 'warning',
          certificate: null,
          message:
            'the fallback second is not ready: The CA second wants an external account binding: set `cas.second.eab` to { kid: …, hmac_key_file: … }.',
        },
      ],
      certificates: [{ name: domain, status: 'ok' }],
    });
    expect(newAccounts()).toBe(0);
    expect((await certd.command('status')).stdout).toContain('the fallback second is not ready');
  });

  test('with a binding has its account after a reload, though no order goes there', async () => {
    await certd.configure(await configuration(stack, fallback, 'kid-1'));
    process.kill(certd.process.pid, 'SIGHUP');
    await waitUntil('the problem is gone', async () =>
      (await status()).problems.length === 0 ? true : null,
    );
    // Its key is there since the first attempt: the CA is asked for the account first, and then for a new one.
    expect(newAccounts()).toBe(2);
    expect(await readdir(join(certd.stateDir, 'issuer/accounts'))).toHaveLength(2);
    expect(fallback.orders()).toBe(0);
  });
});

async function configuration(stack: Stack, fallback: TestPebble, kid?: string): Promise<string> {
  const keyFile = join(stack.dir, 'eab.hmac');
  await writeFile(keyFile, `${macKey}\n`, { mode: 0o640 });
  const eab = kid === undefined ? '' : `    eab: { kid: ${kid}, hmac_key_file: ${keyFile} }\n`;
  return nginxConfig(stack, [domain])
    .replace('ca: pebble\n', 'ca: [pebble, second]\n')
    .replace(
      'certificates:',
      `  second:
    directory: ${fallback.directoryUrl}
    trust: ${fallback.trustFile}
    validation_port: ${stack.nginx.httpPort}
${eab}certificates:`,
    );
}
