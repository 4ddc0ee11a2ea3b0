import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startActivated } from '../support/activated.ts';
import { type CertdProcess, certdAt, startCertd } from '../support/certd-process.ts';
import { freePorts } from '../support/ports.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { tcpClient } from '../support/tcp-client.ts';
import { waitUntil } from '../support/wait-until.ts';

const program = join(import.meta.dirname, '../../dist/certd.js');

describe('certd answers challenges without a web server', () => {
  let stack: Stack;
  /** Where the CA validates; nobody listens there but certd. */
  let port = 0;
  let certd: CertdProcess | null = null;
  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    stack = await startStack({ validationPort: port });
  });
  afterEach(async () => {
    await certd?.stop();
    certd = null;
  });
  afterAll(() => stack.stop());

  const configOf = (standalone: string, domains: readonly (readonly string[])[]) => `
account: { email: ops@certd.test, agree_tos: true }
ca: pebble
cas: { pebble: { directory: "${stack.pebble.directoryUrl}", trust: ${stack.pebble.trustFile}, roots: ${stack.pebble.rootsFile}, validation_port: ${port} } }
defaults: { challenge: { standalone: ${standalone} } }
certificates: [${domains.map(names => `{ domains: [${names.join(', ')}] }`).join(', ')}]
`;
  const bothFamilies = () => `{ listen: ["0.0.0.0:${port}", "[::]:${port}"] }`;
  const namesOf = (from: { liveDir(name: string): string }, name: string) =>
    new X509Certificate(readFileSync(join(from.liveDir(name), 'cert.pem'))).subjectAltName;

  async function issued(from: CertdProcess, name: string): Promise<string | undefined> {
    return waitUntil(`${name} is live`, () => namesOf(from, name) ?? null);
  }

  async function runActivated(flags: readonly string[]) {
    const { child } = await startActivated([process.execPath, program, 'run', ...flags], { port });
    const ended = once(child, 'exit');
    child.stdout?.resume();
    onTestFinished(() => void child.kill());
    return { child, ended };
  }

  async function answerAt(host: string): Promise<string> {
    const client = await tcpClient(port, host);
    client.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    return (await client.closed).split('\r\n')[0] ?? '';
  }

  test('several certificates at once, and no port open afterwards', async () => {
    const sets = [['one.certd.test', 'www.one.certd.test'], ['two.certd.test'], ['three.certd.test']];
    certd = await startCertd(join(stack.dir, 'many'), configOf(bothFamilies(), sets));
    expect(await issued(certd, 'one.certd.test')).toBe('DNS:one.certd.test, DNS:www.one.certd.test');
    await Promise.all([issued(certd, 'two.certd.test'), issued(certd, 'three.certd.test')]);
    for (const host of ['127.0.0.1', '::1'])
      await expect(tcpClient(port, host)).rejects.toThrow('ECONNREFUSED');
    expect(certd.process.log()).not.toContain('"level":40');
  });

  test('a CA that comes over IPv6', async () => {
    await stack.dns.setIpv6Addresses('six.certd.test', ['::1']);
    certd = await startCertd(
      join(stack.dir, 'six'),
      configOf(`{ listen: ["[::]:${port}"] }`, [['six.certd.test']]),
    );
    expect(await issued(certd, 'six.certd.test')).toBe('DNS:six.certd.test');
    await expect(tcpClient(port, '::1')).rejects.toThrow('ECONNREFUSED');
  });

  test('certificates for addresses, to which the CA comes without a look at the DNS', async () => {
    const sets = [['127.0.0.1'], ['"::1"', 'beside.certd.test']];
    certd = await startCertd(join(stack.dir, 'addresses'), configOf(bothFamilies(), sets));
    expect(await issued(certd, '127.0.0.1')).toBe('IP Address:127.0.0.1');
    expect(await issued(certd, '0--1')).toBe('DNS:beside.certd.test, IP Address:0:0:0:0:0:0:0:1');
    const { stdout } = await certd.command('status', '--json');
    expect(JSON.parse(stdout).certificates.map((each: { domains: string[] }) => each.domains)).toEqual([
      ['127.0.0.1'],
      ['::1', 'beside.certd.test'],
    ]);
    expect(certd.process.log()).not.toContain('"level":40');
  });

  test('a profile is shown in status as it was ordered', async () => {
    const text = configOf(bothFamilies(), [['profile.certd.test'], ['lacking.certd.test']])
      .replace('[profile.certd.test]', '[profile.certd.test], profile: { name: default, required: true }')
      .replace('[lacking.certd.test]', '[lacking.certd.test], profile: tlsserver');
    const alone = await certdAt(join(stack.dir, 'profile'), text);
    const { code, stderr } = await alone.command('renew');
    expect(code).toBe(0);
    expect(stderr).toContain('profile-passed-over');
    const { stdout } = await alone.command('status', '--json');
    const shown = JSON.parse(stdout).certificates.map((each: { profile: string | null }) => each.profile);
    expect(shown).toEqual(['default', null]);
  });

  test('a renewal keeps the key where that is asked for, and makes a new one where it is not', async () => {
    const text = (reuse: boolean) =>
      configOf(bothFamilies(), [['key.certd.test']]).replace(
        '[key.certd.test]',
        `[key.certd.test], key: { reuse: ${reuse} }`,
      );
    const alone = await certdAt(join(stack.dir, 'key'), text(true));
    const renewed = async () => {
      expect(await alone.command('renew', 'key.certd.test', '--force')).toMatchObject({ code: 0 });
      const { serialNumber, publicKey } = new X509Certificate(
        readFileSync(join(alone.liveDir('key.certd.test'), 'cert.pem')),
      );
      return { serialNumber, key: publicKey.export({ type: 'spki', format: 'pem' }) };
    };
    const first = await renewed();
    const second = await renewed();
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(second.key).toBe(first.key);
    await alone.configure(text(false));
    expect((await renewed()).key).not.toBe(first.key);
  });

  test('one pass without a daemon frees the port and ends', async () => {
    const alone = await certdAt(join(stack.dir, 'alone'), configOf(bothFamilies(), [['alone.certd.test']]));
    expect(await alone.command('renew')).toMatchObject({ code: 0 });
    expect(namesOf(alone, 'alone.certd.test')).toBe('DNS:alone.certd.test');
  });

  test('a port that a web server holds is named in status, and taken up when it is free', async () => {
    const text = configOf('{ listen: ["127.0.0.1:HELD"] }', [['held.certd.test']]);
    certd = await startCertd(join(stack.dir, 'held'), text.replace('HELD', String(stack.nginx.httpPort)));
    const running = certd;
    const error = await waitUntil('the failure shows', async () => {
      const { stdout } = await running.command('status', '--json');
      return JSON.parse(stdout).certificates[0].renewal.last_error;
    });
    expect(error).toMatchObject({
      code: 'port-taken',
      message: expect.stringMatching(
        `^another program listens on 127\\.0\\.0\\.1:${stack.nginx.httpPort} \\(nginx, pid \\d+\\)$`,
      ),
    });
    await running.configure(configOf(bothFamilies(), [['held.certd.test']]));
    process.kill(running.process.pid, 'SIGHUP');
    expect(await issued(running, 'held.certd.test')).toBe('DNS:held.certd.test');
  });

  test('SIGTERM in the middle of a validation frees the port at once', async () => {
    // The CA waits for an answer that never comes, while certd waits for the CA.
    const silent = createServer().listen(port, '127.0.0.9');
    const asked = once(silent, 'connection');
    await stack.dns.setAddresses('slow.certd.test', ['127.0.0.9']);
    const here = `{ listen: ["127.0.0.1:${port}"] }`;
    certd = await startCertd(join(stack.dir, 'term'), configOf(here, [['slow.certd.test']]));
    await asked;
    const idle = await tcpClient(port);
    const began = performance.now();
    await certd.stop();
    expect(performance.now() - began).toBeLessThan(5000);
    await idle.closed;
    await expect(tcpClient(port)).rejects.toThrow('ECONNREFUSED');
    certd = null;
    silent.close();
  });

  test('the socket of systemd answers the CA, and 404 when the order is done', async () => {
    const config = configOf('{ socket: systemd }', [['socket.certd.test']]);
    const paths = await certdAt(join(stack.dir, 'activated'), config);
    const { child, ended } = await runActivated(paths.flags);
    await waitUntil('it is issued', () => namesOf(paths, 'socket.certd.test') ?? null);
    expect(await answerAt('127.0.0.1')).toBe('HTTP/1.1 404 Not Found');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expect(tcpClient(port)).rejects.toThrow('ECONNREFUSED');
  });

  test('the socket of systemd answers 404 where nothing is due, from the SIGHUP on that wants it', async () => {
    const wanted = configOf('{ socket: systemd }', [['socket.certd.test']]);
    const before = wanted.replace('{ standalone: { socket: systemd } }', '{ webroot: /nowhere }');
    const paths = await certdAt(join(stack.dir, 'activated'), before);
    const orders = stack.pebble.orders();
    const { child, ended } = await runActivated(paths.flags);
    await waitUntil('certd has begun', async () =>
      (await paths.command('status', '--json')).stdout.includes('"source": "daemon"') ? true : null,
    );
    const early = answerAt('127.0.0.1');
    await paths.configure(wanted);
    child.kill('SIGHUP');
    expect(await early).toBe('HTTP/1.1 404 Not Found');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(stack.pebble.orders()).toBe(orders);
  });

  test('without a socket from systemd every attempt says what is missing', async () => {
    const without = await certdAt(
      join(stack.dir, 'without'),
      configOf('{ socket: systemd }', [['no.certd.test']]),
    );
    const { code, stdout } = await without.command('renew');
    expect(code).toBe(1);
    expect(stdout).toContain('socket-not-passed');
  });
});
