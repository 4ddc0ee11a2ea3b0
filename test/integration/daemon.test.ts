import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { presentedLeaf } from '../support/presented-leaf.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const hour = 3_600_000;
const domain = 'daemon.certd.test';

describe('certd run with Pebble and nginx', () => {
  let stack: Stack;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(stack, [domain]));
    await waitUntil('the first certificate is deployed', async () =>
      (await stack.nginx.reloadCount()) > 0 ? true : null,
    );
    await stack.nginx.addTlsSite({ serverName: domain, liveDir: certd.liveDir(domain) });
  });
  afterAll(async () => {
    await certd.stop();
    await stack.stop();
  });

  const liveLeaf = () => new X509Certificate(readFileSync(join(certd.liveDir(domain), 'cert.pem')));
  const fingerprint = () => liveLeaf().fingerprint256.replaceAll(':', '').toLowerCase();
  const counts = async () => ({ orders: stack.pebble.orders(), reloads: await stack.nginx.reloadCount() });
  const statusDocument = async () => JSON.parse((await certd.command('status', '--json')).stdout);

  test('writes four files of mode 0400 that a web server can be pointed at', () => {
    const files = readdirSync(certd.liveDir(domain)).sort();
    expect(files).toEqual(['cert.pem', 'chain.pem', 'fullchain.pem', 'privkey.pem']);
    for (const file of files) expect(statSync(join(certd.liveDir(domain), file)).mode & 0o777).toBe(0o400);
    expect(liveLeaf().subjectAltName).toBe(`DNS:${domain}`);
  });

  test('gives its sockets the modes of the contract', () => {
    expect(statSync(join(certd.runtimeDir, 'health.sock')).mode & 0o777).toBe(0o660);
    expect(statSync(join(certd.runtimeDir, 'control.sock')).mode & 0o777).toBe(0o600);
  });

  test('does nothing when nothing is due', async () => {
    const before = await counts();
    const { code, stdout } = await certd.command('renew');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^daemon\.certd\.test: nothing to do, renews in (59|60)d\n$/);
    expect(await counts()).toEqual(before);
  });

  test('renews once, with one reload, when the CA moves the window into the past', async () => {
    const before = await counts();
    const old = liveLeaf().toString();
    await stack.pebble.setRenewalInfo(old, {
      start: Date.now() - 2 * hour,
      end: Date.now() - hour,
      explanationUrl: 'https://ca.test/incident',
    });
    const { code, stdout } = await certd.command('renew');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^daemon\.certd\.test: issued 0002-[0-9a-f]{8}, deployed, renews in \d+d\n$/);
    expect(await counts()).toEqual({ orders: before.orders + 1, reloads: before.reloads + 1 });
    await waitUntil('nginx presents the new leaf', async () => {
      const leaf = await presentedLeaf({ port: stack.nginx.httpsPort, serverName: domain });
      return leaf.fingerprintSha256 === fingerprint() ? true : null;
    });
  });

  test('takes at most seven requests for a renewal, beside directory, account and renewal info', async () => {
    const before = stack.pebble.requests().length;
    expect((await certd.command('renew', domain, '--force')).code).toBe(0);
    const paths = stack.pebble
      .requests()
      .slice(before)
      .map(({ path }) => path);
    const counted = paths.filter(path => !/^\/(dir|sign-me-up|draft-ietf-acme-ari.*|renewalInfo)/.test(path));
    // Looks again at the order are as many as Pebble takes time.
    const fixed = counted.filter(
      (path, index) => !path.startsWith('/my-order') || counted[index - 1] !== path,
    );
    expect(fixed.length, paths.join(' ')).toBeLessThanOrEqual(7);
  });

  test('shows the whole document of the contract', async () => {
    const document = await statusDocument();
    expect(document).toMatchObject({
      schema: 1,
      status: 'ok',
      source: 'daemon',
      pid: expect.any(Number),
      monitors: [],
    });
    expect(document.certificates).toHaveLength(1);
    expect(document.certificates[0]).toMatchObject({
      name: domain,
      managed: true,
      fingerprint_sha256: fingerprint(),
      generation: { issued: expect.stringMatching(/^0003-/), live: expect.stringMatching(/^0003-/) },
      renewal: { source: 'ari', failures: 0, last_error: null },
      deploy: { state: 'deployed', last_error: null },
    });
  });

  test('refuses a second daemon, and a name that is not configured', async () => {
    const second = await certd.command('run');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('locked');
    const unknown = await certd.command('renew', 'other.certd.test');
    expect(unknown).toMatchObject({ code: 64, stderr: expect.stringContaining(domain) });
  });

  test('keeps the old configuration after SIGHUP with a bad file, and says so until it is good again', async () => {
    const good = readFileSync(certd.configFile, 'utf8');
    await writeFile(certd.configFile, good.replace('webroot:', 'webrot:'));
    process.kill(certd.process.pid, 'SIGHUP');
    const refused = await waitUntil('the refusal shows', async () => {
      const document = await statusDocument();
      return document.problems.length > 0 ? document.problems : null;
    });
    expect(refused[0]).toMatchObject({ code: 'config-refused', message: expect.stringContaining('webroot') });
    expect((await certd.command('status')).code).toBe(1);
    expect((await certd.command('renew', domain)).code).toBe(0);
    await writeFile(certd.configFile, good.replace(`[${domain}]`, `[${domain}, www.${domain}]`));
    process.kill(certd.process.pid, 'SIGHUP');
    const renewed = await waitUntil('the added name is ordered', async () => {
      const document = await statusDocument();
      return document.certificates[0].generation.deployed?.startsWith('0004-') ? document : null;
    });
    expect(renewed).toMatchObject({ status: 'ok', problems: [] });
    expect(liveLeaf().subjectAltName).toBe(`DNS:${domain}, DNS:www.${domain}`);
  });

  test('ends clean after SIGTERM, and status then reads the disk', async () => {
    await certd.stop();
    expect(readdirSync(certd.runtimeDir)).toEqual([]);
    const { code, stdout } = await certd.command('status', '--json');
    expect(code).toBe(3);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ source: 'disk', pid: null, problems: [{ code: 'daemon-dead' }] });
    expect(document.certificates[0]).toMatchObject({ name: domain, status: 'ok' });
  });

  test('renews without a daemon under the same locks', async () => {
    const before = await counts();
    const { code, stdout } = await certd.command('renew', '--force');
    expect(code).toBe(0);
    expect(stdout).toContain('issued 0005-');
    expect(await counts()).toEqual({ orders: before.orders + 1, reloads: before.reloads + 1 });
    expect(readdirSync(join(certd.stateDir, 'deployed', domain))).toHaveLength(3);
  });

  test('never wrote a key, a token or an authorization header into its log', () => {
    const log = certd.process.log();
    expect(log).toContain('certificate issued');
    expect(log).not.toMatch(/PRIVATE KEY|authorization:|"authorization"|Bearer /i);
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
  });
});
