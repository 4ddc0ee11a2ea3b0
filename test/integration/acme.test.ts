import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type IssuerOptions, openIssuer } from '../../src/acme/issuer.ts';
import { openTokenFiles } from '../../src/challenge/token-files.ts';
import { type TokenLedger, webrootSolver } from '../../src/challenge/webroot.ts';
import type { KeyType, ProfileChoice } from '../../src/core/model.ts';
import { realClock } from '../../src/host/clock.ts';
import { openPatience } from '../../src/host/patience.ts';
import { openQueue } from '../../src/host/queue.ts';
import { openShared } from '../../src/host/shared.ts';
import { realDisk } from '../../src/store/disk.ts';
import { certIdOf } from '../../src/x509/cert-id.ts';
import { readLeaf } from '../../src/x509/certificate.ts';
import { gateReasons } from '../../src/x509/gate.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { createRequest } from '../../src/x509/request.ts';
import { memoryAccount } from '../support/memory-account.ts';
import { startStack } from '../support/stack.ts';

const { signal } = new AbortController();
const wellKnown = '.well-known/acme-challenge';

function memoryLedger(): TokenLedger {
  const paths = new Set<string>();
  return {
    paths: () => [...paths],
    has: path => paths.has(path),
    add: async path => void paths.add(path),
    remove: async path => void paths.delete(path),
  };
}

function solverFor(path: string) {
  return webrootSolver({ path, disk: realDisk, ledger: memoryLedger(), tokenFiles: openTokenFiles() });
}

async function openWorld(stackOptions: Parameters<typeof startStack>[0] = {}) {
  const stack = await startStack(stackOptions);
  onTestFinished(() => stack.stop());
  const requests: string[] = [];
  const accountGuard = { inTurn: openQueue(), shared: openShared(), patience: openPatience(realClock.now) };
  const open = (change: Partial<IssuerOptions> = {}) => {
    const { directoryUrl, trustFile } = stack.pebble;
    const issuer = openIssuer({
      authority: { name: 'pebble', directoryUrl, trustFile, eab: null, issueTimeoutMs: 60_000 },
      account: store,
      accountGuard,
      email: 'ops@example.com',
      agreeTos: true,
      clock: realClock,
      random: Math.random,
      userAgent: 'certd/test',
      warn: error => expect.fail(error.message),
      onRequest: kind => requests.push(kind),
      ...change,
    });
    onTestFinished(() => issuer.close());
    return issuer;
  };
  const store = memoryAccount();
  const issuer = open();
  const solver = solverFor(stack.nginx.webroot);
  /** Orders, completes and gates one certificate. */
  const issue = async (
    domains: readonly string[],
    keyType: KeyType = 'ecdsa-p256',
    replaces: string | null = null,
    profile: ProfileChoice | null = null,
  ) => {
    const keyPem = await generateKey(keyType);
    const csr = await createRequest(keyPem, domains);
    const { url: orderUrl } = await issuer.order({ domains, replaces, profile }, signal);
    const { chainPem: pem } = await issuer.complete(
      { orderUrl, placedAt: null, domains, csr, solver },
      signal,
    );
    const reasons = gateReasons({ fullchainPem: pem, keyPem, domains, keyType, now: Date.now() });
    expect(reasons).toEqual([]);
    return pem;
  };
  return { stack, requests, open, issuer, solver, issue };
}

describe('against a strict Pebble', () => {
  test('from the second on a certificate takes seven requests, and nothing is left in the webroot', async () => {
    const { requests, issue, stack } = await openWorld();
    await issue(['a.test']);
    requests.length = 0;
    // Another name: Pebble takes one of a hundred valid authorizations over, also when it is told to take none.
    await issue(['b.test']);
    // The second looks are few: Pebble validates and signs in a few milliseconds, the first look comes after 40.
    const fixed = requests.filter((kind, i) => kind !== 'order' || requests[i - 1] !== 'order');
    expect(fixed).toEqual([
      'order',
      'authorization',
      'challenge',
      'order',
      'finalize',
      'order',
      'certificate',
    ]);
    expect(await readdir(join(stack.nginx.webroot, wellKnown))).toEqual([]);
  });

  test.each([15, 50])('it succeeds while %d of a hundred good nonces are refused', async nonceReject => {
    const { issue, stack } = await openWorld({ nonceReject });
    await issue(['a.test', 'b.test']);
    await issue(['a.test', 'b.test']);
    expect(stack.pebble.orders()).toBe(2);
  });

  test.each<KeyType>(['ecdsa-p384', 'rsa-2048', 'rsa-3072'])(
    'it issues for a key of type %s',
    async keyType => {
      const { issue } = await openWorld();
      await issue(['a.test', 'b.test', 'c.test'], keyType);
    },
  );

  test('a web server answers for its address', async () => {
    const { issue } = await openWorld();
    expect(readLeaf(await issue(['127.0.0.1', 'a.test'])).domains.toSorted()).toEqual([
      '127.0.0.1',
      'a.test',
    ]);
  });

  test('profiles decide the lifetime; one that is not offered is left out, or nothing is ordered', async () => {
    const profiles = {
      classic: { description: '90 days', validityPeriod: 90 * 86_400 },
      shortlived: { description: '160 hours', validityPeriod: 160 * 3600 },
    };
    const { issuer, issue, stack } = await openWorld({ profiles });
    const hoursOf = (pem: string) => {
      const { notBefore, notAfter } = readLeaf(pem);
      return Math.round((notAfter - notBefore) / 3_600_000);
    };
    for (const [name, hours] of [
      ['shortlived', 160],
      ['classic', 2160],
    ] as const) {
      expect(hoursOf(await issue(['a.test'], 'ecdsa-p256', null, { name, required: true }))).toBe(hours);
    }
    const order = (required: boolean) =>
      issuer.order(
        { domains: ['a.test'], replaces: null, profile: { name: 'unheard-of', required } },
        signal,
      );
    expect(await order(false)).toMatchObject({
      profile: null,
      note: {
        message: 'the CA offers no profile "unheard-of" (it has classic, shortlived): the order goes without',
      },
    });
    expect(stack.pebble.orders()).toBe(3);
    await expect(order(true)).rejects.toMatchObject({ code: 'profile-unavailable' });
    expect(stack.pebble.orders()).toBe(3);
  });

  test('valid authorizations are taken over without a challenge', async () => {
    const { issue, requests } = await openWorld({ authzReuse: 100 });
    await issue(['a.test']);
    requests.length = 0;
    await issue(['a.test']);
    expect(requests).not.toContain('challenge');
  });

  test('Retry-After is obeyed in both its forms', async () => {
    const { issue, requests } = await openWorld({ retryAfter: 1 });
    for (let round = 0; round < 4; round += 1) await issue(['a.test']);
    expect(requests.filter(kind => kind === 'certificate')).toHaveLength(4);
  });

  test('a blocked domain is identifier-rejected', async () => {
    const { issue } = await openWorld({ blocklist: ['blocked.test'] });
    await expect(issue(['a.test', 'blocked.test'])).rejects.toMatchObject({
      code: 'identifier-rejected',
      message: expect.stringContaining('blocked.test'),
    });
  });

  test('a CA behind an unknown root is ca-untrusted', async () => {
    const { open, stack } = await openWorld();
    const { directoryUrl } = stack.pebble;
    const issuer = open({
      authority: { name: 'pebble', directoryUrl, trustFile: null, eab: null, issueTimeoutMs: 60_000 },
    });
    const attempt = issuer.order({ domains: ['a.test'], replaces: null, profile: null }, signal);
    await expect(attempt).rejects.toMatchObject({ code: 'ca-untrusted' });
  });

  test('a domain that serves something else fails with what the CA saw', async () => {
    const { issuer, stack } = await openWorld();
    const elsewhere = await mkdtemp(join(stack.dir, 'elsewhere-'));
    const solver = solverFor(elsewhere);
    const { url: orderUrl } = await issuer.order(
      { domains: ['a.test'], replaces: null, profile: null },
      signal,
    );
    const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.test']);
    await expect(
      issuer.complete({ orderUrl, placedAt: null, domains: ['a.test'], csr, solver }, signal),
    ).rejects.toMatchObject({
      code: 'validation-failed',
      message: expect.stringMatching(/^a\.test: .*404.*\(unauthorized\)/),
    });
    await expect(
      issuer.complete({ orderUrl, placedAt: null, domains: ['a.test'], csr, solver }, signal),
    ).rejects.toMatchObject({
      code: 'order-gone',
    });
    expect(await readdir(join(elsewhere, wellKnown))).toEqual([]);
  });

  test('an order is taken up by another process, and downloaded again', async () => {
    const { issuer, open, solver, requests } = await openWorld();
    const { url: orderUrl } = await issuer.order(
      { domains: ['a.test'], replaces: null, profile: null },
      signal,
    );
    const csr = await createRequest(await generateKey('ecdsa-p256'), ['a.test']);
    const request = { orderUrl, placedAt: null, domains: ['a.test'], csr, solver };
    const { chainPem } = await open().complete(request, signal);
    requests.length = 0;
    expect(await open().complete(request, signal)).toMatchObject({ chainPem });
    expect(requests).toEqual(['directory', 'nonce', 'order', 'certificate']);
  });

  test('the renewal window is read, and moves when the CA moves it', async () => {
    const { issuer, issue, stack } = await openWorld();
    const pem = await issue(['a.test']);
    const id = certIdOf(pem) ?? '';
    const before = await issuer.renewalInfo(id, signal);
    expect(before?.start).toBeGreaterThan(Date.now());
    const window = { start: Date.parse('2026-01-01T00:00:00Z'), end: Date.parse('2026-01-02T00:00:00Z') };
    await stack.pebble.setRenewalInfo(pem, { ...window, explanationUrl: 'https://ca.test/why' });
    expect(await issuer.renewalInfo(id, signal)).toMatchObject({
      ...window,
      explanationUrl: 'https://ca.test/why',
    });
    await stack.pebble.setRenewalInfoText(pem, '<html>');
    await expect(issuer.renewalInfo(id, signal)).rejects.toMatchObject({ code: 'ca-malformed' });
  });

  test('a certificate is replaced once by name, and after that without', async () => {
    const { issue } = await openWorld();
    const id = certIdOf(await issue(['a.test']));
    await issue(['a.test'], 'ecdsa-p256', id);
    await issue(['a.test'], 'ecdsa-p256', id);
  });

  test('many orders at once share one account', async () => {
    const { issue, requests } = await openWorld({ nonceReject: 5 });
    await Promise.all(Array.from({ length: 10 }, (_, i) => issue([`host-${i}.test`])));
    expect(requests.filter(kind => kind === 'certificate').length).toBeGreaterThanOrEqual(10);
  });
});
