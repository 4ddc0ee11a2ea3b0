import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CertdCommands, certdAt, nginxConfig, startAgain } from '../support/certd-process.ts';
import { recordSecret } from '../support/run-record.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'eab.certd.test';
const macKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
const wrongKey = Buffer.from('planted wrong MAC key, of 32 byte').toString('base64url');

/* One story: an operator of a CA that wants external account binding, from the first mistake to the certificate. */

let stack: Stack;
let certd: CertdCommands;
let keyFile: string;
let config: string;
beforeAll(async () => {
  for (const secret of [macKey, wrongKey]) recordSecret(secret);
  stack = await startStack({ eabKeys: { 'kid-1': macKey } });
  config = nginxConfig(stack, [domain]);
  certd = await certdAt(join(stack.dir, 'certd'), config);
  keyFile = join(stack.dir, 'eab.hmac');
});
afterAll(() => stack.stop());

const withEab = (kid: string) =>
  config.replace('    trust:', `    eab: { kid: ${kid}, hmac_key_file: ${keyFile} }\n    trust:`);
const newAccounts = () => stack.pebble.requests().filter(({ path }) => path === '/sign-me-up').length;
const failure = async () => {
  const { code, stdout } = await certd.command('renew');
  expect(code).toBe(1);
  const { certificates } = JSON.parse((await certd.command('status', '--json')).stdout);
  const [, message] = /: failed: (.*)\n/.exec(stdout) ?? [];
  expect(message).toBe(
    `${certificates[0].renewal.last_error.code}: ${certificates[0].renewal.last_error.message}`,
  );
  return message;
};

test('without a binding no account is asked for, and it says what to write', async () => {
  expect(await failure()).toBe(
    'eab-required: The CA pebble wants an external account binding: set `cas.pebble.eab` to { kid: …, hmac_key_file: … }.',
  );
  expect(newAccounts()).toBe(0);
});

test('a file that is missing, or that everybody may read, is named', async () => {
  await certd.configure(withEab('kid-1'));
  expect(await failure()).toBe(
    `eab-key-unusable: The file of \`hmac_key_file\` ${keyFile} cannot be read: ENOENT.`,
  );
  await writeFile(keyFile, `${wrongKey}\n`, { mode: 0o644 });
  expect(await failure()).toContain(`${keyFile} can be read by everybody on this host`);
});

test('the wrong key, and the wrong kid, are eab-refused with the CA’s words', async () => {
  await chmod(keyFile, 0o640);
  expect(await failure()).toMatch(
    /^eab-refused: The CA pebble does not take .* kid kid-1: .*verification error/,
  );
  await writeFile(keyFile, `${macKey}\n`);
  await certd.configure(withEab('kid-2'));
  expect(await failure()).toMatch(/^eab-refused: The CA pebble does not take .* kid kid-2: .*not known/);
});

test('the right pair registers, and the daemon issues; afterwards the pair is not needed any more', async () => {
  await certd.configure(withEab('kid-1'));
  const before = newAccounts();
  const daemon = await startAgain(certd);
  expect((await certd.command('renew')).code).toBe(0);
  await waitUntil('it is deployed', async () => ((await stack.nginx.reloadCount()) > 0 ? true : null));
  await daemon.stop();
  // The key was there before: it asks whether the account is too, and then makes it.
  expect(newAccounts() - before).toBe(2);
  expect(stack.pebble.process.log()).toContain('Successful newAccount Binding with CA using kid "kid-1"');
  await certd.configure(config);
  expect((await certd.command('renew', domain, '--force')).code).toBe(0);
  expect(newAccounts() - before).toBe(2);
});
