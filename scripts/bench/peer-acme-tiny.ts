import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../../test/support/stack.ts';
import { runPeer } from './peer-program.ts';

/** acme-tiny as its README has it: openssl makes the keys and the requests. `dir` is under the stack's. */
export function acmeTiny(stack: Stack, dir: string) {
  const root = join(stack.dir, dir);
  const accountKey = join(root, 'account.key');
  const acmeDir = join(stack.nginx.webroot, '.well-known', 'acme-challenge');
  const openssl = (...argv: readonly string[]) => runPeer('openssl', argv, {});
  const prepare = async () => {
    for (const each of [root, acmeDir]) mkdirSync(each, { recursive: true });
    await openssl('genrsa', '-out', accountKey, '2048');
  };
  const fileOf = (domain: string) => join(root, `${domain}.crt`);
  const issue = async (domain: string) => {
    if (!existsSync(accountKey)) await prepare();
    const key = join(root, `${domain}.key`);
    const csr = join(root, `${domain}.csr`);
    await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key);
    const names = ['-subj', '/', '-addext', `subjectAltName=DNS:${domain}`];
    await openssl('req', '-new', '-key', key, '-out', csr, ...names);
    const files = ['--account-key', accountKey, '--csr', csr, '--acme-dir', acmeDir];
    const server = ['--directory-url', stack.pebble.directoryUrl];
    const check = ['--check-port', String(stack.nginx.httpPort)];
    const { stdout } = await runPeer('acme-tiny', [...files, ...server, ...check], {
      SSL_CERT_FILE: stack.pebble.trustFile,
    });
    writeFileSync(fileOf(domain), stdout);
  };
  return { name: 'acme-tiny', issue, fileOf } as const;
}
