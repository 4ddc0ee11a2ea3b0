import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdCommands, certdAt, startCertd } from '../support/certd-process.ts';
import { freePorts } from '../support/ports.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { tcpClient } from '../support/tcp-client.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'dry.certd.test';

/** Nobody listens there. */
const nowhere = 'https://127.0.0.1:1/dir';

describe('certd renew --dry-run', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  const configOf = (ca: string, challenge: string, port = stack.nginx.httpPort) =>
    `account: { email: ops@certd.test, agree_tos: true }
ca: corp
cas: { corp: { ${ca}, trust: ${stack.pebble.trustFile}, validation_port: ${port} } }
certificates: [{ domains: [${domain}], challenge: ${challenge}, deploy: { hooks: ["touch ${stack.dir}/hook-ran"] } }]
`;
  const staged = () => `directory: "${nowhere}", staging: "${stack.pebble.directoryUrl}"`;
  const unstaged = () => `directory: "${stack.pebble.directoryUrl}", roots: ${stack.pebble.rootsFile}`;
  const webroot = () => `{ webroot: ${stack.nginx.webroot} }`;
  const pathsSince = (start: number) =>
    stack.pebble
      .requests()
      .slice(start)
      .map(({ method, path }) => `${method} ${path}`);

  /** Nothing but directories, and accounts at the staging. */
  function expectNothingKept({ stateDir }: CertdCommands): void {
    const files = readdirSync(stateDir, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name).slice(stateDir.length + 1));
    expect(files.filter(file => !/^issuer\/accounts\/|lock$|^LAYOUT$/.test(file))).toEqual([]);
    expect(existsSync(join(stack.dir, 'hook-ran'))).toBe(false);
  }

  test('orders from the staging of a CA that is unreachable, through a webroot, and keeps nothing', async () => {
    const certd = await certdAt(join(stack.dir, 'webroot'), configOf(staged(), webroot()));
    const orders = stack.pebble.orders();
    expect(await certd.command('renew', '--dry-run')).toEqual({
      code: 0,
      stdout: `${domain}: corp: passed (at ${stack.pebble.directoryUrl})\n`,
      stderr: '',
    });
    expect(stack.pebble.orders()).toBe(orders + 1);
    expectNothingKept(certd);
    expect(readdirSync(join(stack.nginx.webroot, '.well-known/acme-challenge'))).toEqual([]);
  });

  test('answers by itself where there is no web server, and frees the port', async () => {
    const [port = 0, http = 0, https = 0] = await freePorts(3);
    const other = await startStack({ validationPort: port, ports: { http, https } });
    try {
      const ca = `directory: "${nowhere}", staging: "${other.pebble.directoryUrl}"`;
      const config = configOf(ca, `{ standalone: { listen: ["0.0.0.0:${port}"] } }`, port);
      const trusting = config.replace(stack.pebble.trustFile, other.pebble.trustFile);
      const certd = await certdAt(join(other.dir, 'standalone'), trusting);
      expect(await certd.command('renew', '--dry-run', domain)).toMatchObject({ code: 0, stderr: '' });
      expect(other.pebble.orders()).toBe(1);
      await expect(tcpClient(port, '127.0.0.1')).rejects.toThrow('ECONNREFUSED');
      expectNothingKept(certd);
    } finally {
      await other.stop();
    }
  });

  test('through a daemon says what fails and how to cure it, and leaves its back-off as it is', async () => {
    const lost = join(stack.dir, 'lost-webroot');
    await mkdir(lost);
    const certd = await startCertd(join(stack.dir, 'daemon'), configOf(staged(), `{ webroot: ${lost} }`));
    try {
      const stateFile = join(certd.stateDir, `issuer/state/${domain}.json`);
      const before = await waitUntil('the first attempt has failed', () => {
        const text = existsSync(stateFile) ? readFileSync(stateFile, 'utf8') : '';
        return text.includes('ca-unreachable') ? text : null;
      });
      const { code, stdout } = await certd.command('renew', '--dry-run', '--json');
      expect(code).toBe(1);
      expect(JSON.parse(stdout).results).toEqual([
        {
          name: domain,
          ca: 'corp',
          staging: stack.pebble.directoryUrl,
          account: null,
          error: {
            code: 'validation-failed',
            message: expect.stringContaining(domain),
            cure: expect.stringContaining('Port 80 of the domain must lead to this host'),
          },
        },
      ]);
      expect(readFileSync(stateFile, 'utf8')).toBe(before);
      expect(readdirSync(join(lost, '.well-known/acme-challenge'))).toEqual([]);
    } finally {
      await certd.stop();
    }
  });

  test('without staging looks at directory and self-check, makes no account, and later asks about the one that is there', async () => {
    const certd = await certdAt(join(stack.dir, 'unstaged'), configOf(unstaged(), webroot()));
    const start = stack.pebble.requests().length;
    expect(await certd.command('renew', '--dry-run')).toEqual({
      code: 0,
      stdout: `${domain}: corp: not validated by a CA; directory and self-check (no account yet) passed\n`,
      stderr: '',
    });
    expect(pathsSince(start)).toEqual(['GET /dir']);
    expectNothingKept(certd);
    expect(readdirSync(join(certd.stateDir, 'issuer/accounts'))).toEqual([]);

    expect((await certd.command('renew')).stdout).toMatch(/issued 0001-/);
    const issued = { start: stack.pebble.requests().length, orders: stack.pebble.orders() };
    expect(await certd.command('renew', '--dry-run')).toMatchObject({
      code: 0,
      stdout: `${domain}: corp: not validated by a CA; directory, account and self-check passed\n`,
    });
    expect(pathsSince(issued.start)).toEqual(['GET /dir', 'HEAD /nonce-plz', 'POST /my-account/']);
    expect(stack.pebble.orders()).toBe(issued.orders);
  });

  test('without staging fails where the challenge cannot be read', async () => {
    const lost = join(stack.dir, 'lost-webroot-too');
    await mkdir(lost);
    const certd = await certdAt(join(stack.dir, 'unserved'), configOf(unstaged(), `{ webroot: ${lost} }`));
    const orders = stack.pebble.orders();
    const { code, stdout } = await certd.command('renew', '--dry-run');
    expect(stdout).toContain('failed (not validated by a CA): self-check-failed:');
    expect(code).toBe(1);
    expect(stack.pebble.orders()).toBe(orders);
  });
});
