import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, startCertd } from '../support/certd-process.ts';
import { startPebble, type TestPebble } from '../support/pebble.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

type Certificate = {
  readonly name: string;
  readonly ca: string;
  readonly generation: { readonly deployed: string | null };
  readonly renewal: { readonly failures: number };
};

const many = Array.from({ length: 20 }, (_, index) => `many-${index}.certd.test`);

/** The tests are steps of one story. */
describe('two CAs, the first of which dies', () => {
  let stack: Stack;
  let second: TestPebble;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    const dir = join(stack.dir, 'second');
    await mkdir(dir);
    const validationPort = stack.nginx.httpPort;
    const dnsAddress = stack.dns.address;
    second = await startPebble(stack.programs.pebble, dir, { validationPort, dnsAddress });
    certd = await startCertd(join(stack.dir, 'certd'), configuration(['a.certd.test']));
  });
  afterAll(async () => {
    await certd.stop();
    await second.process.stop();
    await stack.stop();
  });

  const configuration = (domains: readonly string[]) => `account: { email: ops@certd.test, agree_tos: true }
schedule: "* * * * * *"
ca: [first, second]
cas:
${[stack.pebble, second].map(entry).join('')}defaults:
  challenge: { webroot: ${stack.nginx.webroot} }
  deploy: { hooks: ["${stack.nginx.reload.join(' ')}"] }
certificates:
${domains.map(domain => `  - domains: [${domain}]\n`).join('')}`;

  const entry = (pebble: TestPebble, index: number) => `  ${index === 0 ? 'first' : 'second'}:
    directory: ${pebble.directoryUrl}
    trust: ${pebble.trustFile}
    roots: ${pebble.rootsFile}
    validation_port: ${stack.nginx.httpPort}
`;

  const certificates = async (): Promise<readonly Certificate[]> => {
    const { stdout } = await certd.command('status', '--json');
    return JSON.parse(stdout).certificates;
  };
  const allDeployed = async () => {
    const all = await certificates();
    return all.every(({ generation }) => generation.deployed !== null) ? all : null;
  };

  test('the first issues as long as it lives', async () => {
    const all = await waitUntil('the first certificate is deployed', allDeployed);
    expect(all).toMatchObject([{ name: 'a.certd.test', ca: 'first' }]);
    expect(second.orders()).toBe(0);
  });

  test('once it is dead, those without a certificate get theirs from the second, and none of them has failed', async () => {
    await stack.pebble.process.stop();
    await certd.configure(configuration(['a.certd.test', ...many]));
    process.kill(certd.process.pid, 'SIGHUP');
    const names = await waitUntil('all are configured', async () => {
      const all = await certificates();
      return all.length === 1 + many.length ? all : null;
    });
    expect(names).toHaveLength(1 + many.length);
    const all = await waitUntil('all are deployed', allDeployed, 60_000);
    expect(all.filter(({ ca }) => ca === 'second').map(({ name }) => name)).toEqual(many);
    expect(all.map(({ renewal }) => renewal.failures)).toEqual(Array(1 + many.length).fill(0));
    expect(second.orders()).toBe(many.length);
  });

  test('the one that the first has issued stays, and says why it cannot be renewed by hand now', async () => {
    const { code, stdout } = await certd.command('renew', '--force', 'a.certd.test');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^a\.certd\.test: failed: ca-unreachable: /);
    expect((await certificates()).find(({ name }) => name === 'a.certd.test')).toMatchObject({ ca: 'first' });
  });
});
