import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdCommands, certdAt, nginxConfig } from '../support/certd-process.ts';
import { keyIdOf } from '../support/make-cert.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Pebble offers three chains; each test is certd with a state of its own. */
describe('the chain of a certificate', () => {
  let stack: Stack;
  let roots: readonly string[];
  beforeAll(async () => {
    stack = await startStack({ alternateRoots: 2 });
    roots = await Promise.all([0, 1, 2].map(index => stack.pebble.root(index)));
  });
  afterAll(() => stack.stop());

  const rootName = (index: number) =>
    /CN=(.*)/.exec(new X509Certificate(roots[index] ?? '').subject)?.[1] ?? '';
  const rootKey = (index: number) => keyIdOf(roots[index] ?? '');

  /** certd that trusts these roots alone and says this of its certificate, after `certd renew`. */
  async function renewed(name: string, trusted: readonly number[], more = '') {
    const domain = `${name}.certd.test`;
    const rootsFile = join(stack.dir, `${name}.pem`);
    await writeFile(rootsFile, trusted.map(index => roots[index]).join(''));
    const config = nginxConfig(stack, [domain])
      .replace(/roots: .*/, `roots: ${rootsFile}`)
      .replace(/\n$/, `\n${more}`);
    const certd = await certdAt(join(stack.dir, name), config);
    const { code, stderr } = await certd.command('renew', '--log-level', 'info');
    return { certd, domain, code, stderr, rootsFile };
  }

  /** Which root signed the topmost certificate that is live. */
  function liveRoot(certd: CertdCommands, domain: string): number {
    const chain = readFileSync(join(certd.liveDir(domain), 'chain.pem'), 'utf8');
    const top = new X509Certificate(chain.slice(chain.lastIndexOf('-----BEGIN')));
    return roots.findIndex(root => top.verify(new X509Certificate(root).publicKey));
  }

  test('is the CA’s own choice, without one more request', async () => {
    const before = stack.pebble.requests().length;
    const { certd, domain, code } = await renewed('own', [0, 1, 2]);
    expect(code).toBe(0);
    expect(liveRoot(certd, domain)).toBe(0);
    const paths = stack.pebble.requests().slice(before);
    expect(paths.filter(({ path }) => path.startsWith('/certZ'))).toHaveLength(1);
  });

  test('is another one where only that leads to a root that counts', async () => {
    const { certd, domain, code, stderr } = await renewed('other', [2]);
    expect(code).toBe(0);
    expect(liveRoot(certd, domain)).toBe(2);
    expect(stderr).toContain(`the chain to ${rootName(0)}`);
  });

  test.each<[string, () => string]>([
    ['name', () => rootName(1)],
    ['key', () => rootKey(1)],
    ['colons', () => `"${rootKey(1).toUpperCase().match(/../g)?.join(':')}"`],
  ])('is the one that is preferred, by %s', async (how, preferred) => {
    const more = `    preferred_chain: ${preferred()}\n`;
    const { certd, domain, code, stderr } = await renewed(how, [0, 1, 2], more);
    expect(code).toBe(0);
    expect(liveRoot(certd, domain)).toBe(1);
    expect(stderr).not.toContain('chain-not-preferred');
  });

  test('is the CA’s own choice, with a warning, where none is preferred', async () => {
    const { certd, domain, code, stderr } = await renewed('gone', [0], '    preferred_chain: Gone Root\n');
    expect(code).toBe(0);
    expect(liveRoot(certd, domain)).toBe(0);
    expect(stderr).toContain('chain-not-preferred');
    expect(stderr).toContain(`${rootName(2)} (${rootKey(2)})`);
  });

  test('is not known where the file of roots holds none, and had without another order once it does', async () => {
    const { certd, rootsFile, domain, code } = await renewed('none', []);
    expect(code).toBe(1);
    const status = JSON.parse((await certd.command('status', '--json')).stdout);
    expect(status.certificates[0].renewal.last_error).toMatchObject({
      code: 'roots-unusable',
      message: expect.stringContaining('none.pem: it holds no PEM certificate'),
    });
    const orders = stack.pebble.orders();
    await writeFile(rootsFile, roots[1] ?? '');
    expect((await certd.command('renew')).code).toBe(0);
    expect(liveRoot(certd, domain)).toBe(1);
    expect(stack.pebble.orders()).toBe(orders);
  });

  test('is that of the old certificate where none leads to a root that counts, and status says why of each', async () => {
    const { certd, rootsFile, domain } = await renewed('https', [0]);
    const live = liveRoot(certd, domain);
    await writeFile(rootsFile, readFileSync(stack.pebble.trustFile));
    const { code } = await certd.command('renew', '--force');
    expect(code).toBe(1);
    const status = JSON.parse((await certd.command('status', '--json')).stdout);
    const { last_error } = status.certificates[0].renewal;
    expect(last_error.code).toBe('gate-refused');
    for (const index of [0, 1, 2]) {
      expect(last_error.message).toContain(
        `the chain to ${rootName(index)} (${rootKey(index)}): the chain leads to no trusted root: the certificate of ${rootName(index)} is missing (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)`,
      );
    }
    expect(liveRoot(certd, domain)).toBe(live);
  });
});
