import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { RevokeWish } from '../../src/core/revoke/revoke-wish.ts';
import { type RevokeAnswer, runRevoke } from '../../src/daemon/run-revoke.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { revoke } from '../../src/pass/revoke.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { readRevocations } from '../../src/store/revocations.ts';
import { certIdOf } from '../../src/x509/cert-id.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { makeConfig } from '../support/make-config.ts';
import { passHost } from './pass-host.ts';

const hour = 3_600_000;
const name = 'crash.test';

const ask = { name, generation: null, reason: 'keyCompromise', replace: true } as const;

/** A host with one issued and deployed certificate. */
async function issuedHost(): Promise<CrashHost> {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  return host;
}

const run = (host: CrashHost, wish: Partial<RevokeWish> = {}, parts: Partial<PassParts> = {}) =>
  host.run(realDisk, all => runRevoke(makeConfig([target]), { ...all, ...parts }, { ...ask, ...wish }));

const kept = (host: CrashHost) => readRevocations(host.layout(), name);
const first = (host: CrashHost) => `0001-${host.live()}`;
const certificate = (host: CrashHost, id: string) =>
  readFileSync(join(host.layout().issuedGeneration(name, id), 'cert.pem'), 'utf8');

describe('a revocation', () => {
  it('is asked for, replaced and deployed at once, and the order says what it replaces', async () => {
    const host = await issuedHost();
    const id = first(host);
    const answer = await run(host);
    const fresh = `0002-${host.live()}`;
    expect(answer).toMatchObject({
      name,
      generation: id,
      reason: 'keyCompromise',
      signed_by: 'account',
      error: null,
      replacement: { results: [{ name, issued: fresh, deployed: fresh, error: null, held: null }] },
    });
    expect(host.issuer.revoked).toMatchObject([{ reason: 'keyCompromise' }]);
    expect(host.issuer.replaced.at(-1)).toBe(certIdOf(certificate(host, id)));
    expect(host.hooksRun).toHaveLength(4);
    // Only the new one was asked about: a window of the old one would be of no use.
    expect(host.issuer.windowsAsked).toHaveLength(2);
  });

  it('is on disk before the CA hears of it, and confirmed afterwards', async () => {
    const host = await issuedHost();
    const seen: unknown[] = [];
    host.issuer.failNext('revoke', new CertdError('ca-timeout', 'no answer'));
    const during: PassParts['issuerFor'] = () => ({
      ...host.issuer,
      revoke: async (request, signal) => {
        seen.push(kept(host));
        return host.issuer.revoke(request, signal);
      },
    });
    await host.run(realDisk, parts => revoke(ask, { ...parts, issuerFor: during }));
    const asked = { generation: first(host), reason: 'keyCompromise', replace: true, since: host.now() };
    expect(seen).toMatchObject([[{ ...asked, signedBy: null, confirmedAt: null }]]);
    host.advance(1000);
    await host.run(realDisk, parts => revoke(ask, parts));
    expect(kept(host)).toMatchObject([
      {
        ...asked,
        since: host.now() - 1000,
        askedAt: host.now(),
        signedBy: 'account',
        confirmedAt: host.now(),
      },
    ]);
  });

  it('without replacement orders nothing, now or later, until that is forced', async () => {
    const host = await issuedHost();
    expect(await run(host, { replace: false })).toMatchObject({ error: null, replacement: 'not-wanted' });
    host.issuer.setWindow({ start: host.now() - 2 * hour, end: host.now() - hour });
    for (const asked of ['nothing', 'pass', 'named'] as const) {
      host.advance(30 * 24 * hour);
      expect(await host.start(realDisk, asked)).toMatchObject([{ issued: null, error: null }]);
    }
    expect(host.issuer.orders).toHaveLength(1);
    expect(host.issuer.windowsAsked).toHaveLength(1);
    expect(await host.start(realDisk, 'forced')).toMatchObject([
      { issued: `0002-${host.live()}`, error: null },
    ]);
  });

  it('overrides certd’s own back-off, and never the Retry-After of the CA', async () => {
    const host = await issuedHost();
    const waits = new CertdError('rate-limited', 'too many', { notBefore: host.now() + 3 * hour });
    host.issuer.failNext('order', waits);
    await host.start(realDisk, 'forced');
    const held = { by: 'ca', until: new Date(host.now() + 3 * hour).toISOString() };
    const answer = await run(host);
    expect(answer).toMatchObject({ error: null, replacement: { results: [{ issued: null, held }] } });
    expect(host.issuer.orders).toHaveLength(1);
    host.advance(3 * hour);
    expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0002-${host.live()}` }]);
  });

  it('survives the attempts that come after it', async () => {
    const host = await issuedHost();
    host.issuer.failNext('order', new CertdError('ca-error', 'the CA is down'));
    expect(await run(host)).toMatchObject({ replacement: { results: [{ error: { code: 'ca-error' } }] } });
    expect(kept(host)).toMatchObject([{ reason: 'keyCompromise' }]);
    expect(readIssuerState(host.layout(), name).failures).toBe(1);
    host.advance(hour);
    expect(await host.start(realDisk, 'nothing')).toMatchObject([{ issued: `0002-${host.live()}` }]);
    expect(kept(host)).toMatchObject([{ reason: 'keyCompromise' }]);
  });

  it('of an older generation leaves the newest one alone', async () => {
    const host = await issuedHost();
    const id = first(host);
    await host.start(realDisk, 'forced');
    expect(await run(host, { generation: id })).toMatchObject({ generation: id, replacement: 'not-newest' });
    expect(host.issuer.orders).toHaveLength(2);
  });

  it('of a certificate that the configuration names no longer replaces nothing', async () => {
    const host = await issuedHost();
    const answer = await host.run(realDisk, parts => runRevoke(makeConfig([]), parts, ask));
    expect(answer).toMatchObject({ signed_by: 'account', replacement: 'not-configured' });
    expect(host.issuer.orders).toHaveLength(1);
  });

  it('is in the log and in the journal', async () => {
    const host = await issuedHost();
    await run(host, { replace: false });
    const month = new Date(host.now()).toISOString().slice(0, 7);
    const lines = readFileSync(join(host.layout().issuer, `journal-${month}.ndjson`), 'utf8')
      .trim()
      .split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      event: 'revoked',
      certificate: name,
      generation: first(host),
      reason: 'keyCompromise',
      signedBy: 'account',
    });
  });
});

describe('a revocation that the CA does not answer', () => {
  const silent = () => new CertdError('ca-timeout', 'the CA said nothing');

  it('counts, is replaced all the same, and is asked again in an hour', async () => {
    const host = await issuedHost();
    const id = first(host);
    host.issuer.failNext('revoke', silent());
    const answer = await run(host);
    expect(answer).toMatchObject({
      generation: id,
      signed_by: null,
      error: { code: 'ca-timeout' },
      replacement: { results: [{ issued: `0002-${host.live()}` }] },
    });
    expect(host.issuer.revoked).toEqual([]);
    host.advance(hour - 1);
    await host.start(realDisk, 'nothing');
    expect(host.issuer.revoked).toEqual([]);
    host.advance(1);
    await host.start(realDisk, 'nothing');
    expect(host.issuer.revoked).toHaveLength(1);
    expect(kept(host)).toMatchObject([{ generation: id, signedBy: 'account', confirmedAt: host.now() }]);
    host.advance(2 * hour);
    await host.start(realDisk, 'nothing');
    expect(host.issuer.revoked).toHaveLength(1);
    expect(host.issuer.orders).toHaveLength(2);
  });

  it('is what the same command asks for again, not the certificate that has taken its place', async () => {
    const host = await issuedHost();
    const id = first(host);
    host.issuer.failNext('revoke', silent());
    await run(host);
    expect(await run(host)).toMatchObject({
      generation: id,
      signed_by: 'account',
      replacement: 'not-newest',
    });
    expect(host.issuer.orders).toHaveLength(2);
  });

  it('is given up when the CA refuses it later', async () => {
    const host = await issuedHost();
    host.issuer.failNext('revoke', silent());
    await run(host);
    host.issuer.failNext('revoke', new CertdError('ca-refused', 'never heard of it'));
    host.advance(hour);
    await host.start(realDisk, 'nothing');
    expect(kept(host)).toEqual([]);
    expect(host.logged.at(-1)).toMatchObject({ code: 'ca-refused', msg: 'revocation is given up' });
  });
});

describe('a revocation is refused, and nothing is changed,', () => {
  it.each<[string, Partial<RevokeWish>, string, RegExp]>([
    ['of an unknown name', { name: 'other.test' }, 'usage', /no certificate is named other\.test/],
    [
      'of an unknown generation',
      { generation: '0009-aabbccdd' },
      'usage',
      /has no issued generation 0009-aabbccdd; there are: 0001-/,
    ],
  ])('%s', async (_sentence, wish, code, message) => {
    const host = await issuedHost();
    await expect(run(host, wish)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(kept(host)).toEqual([]);
    expect(host.issuer.revoked).toEqual([]);
  });

  it('of what was never issued', async () => {
    const host = await passHost();
    await expect(run(host)).rejects.toMatchObject({ code: 'not-issued' });
  });

  it('of what is revoked already, unless its key has become known since', async () => {
    const host = await issuedHost();
    await run(host, { reason: 'superseded', replace: false });
    await expect(run(host, { reason: 'superseded' })).rejects.toMatchObject({
      code: 'already-revoked',
      message: `generation ${first(host)} of crash.test is revoked already (superseded); \`certd renew crash.test --force\` orders a new one`,
    });
    expect(host.issuer.revoked).toHaveLength(1);
    await run(host, { reason: 'keyCompromise' });
    expect(host.issuer.revoked.map(({ reason }) => reason)).toEqual(['superseded', 'keyCompromise']);
    expect(kept(host)).toMatchObject([{ reason: 'keyCompromise' }]);
  });

  it('when the CA says so', async () => {
    const host = await issuedHost();
    host.issuer.failNext('revoke', new CertdError('ca-refused', 'not for this reason'));
    await expect(run(host)).rejects.toMatchObject({ code: 'ca-refused' });
    expect(kept(host)).toEqual([]);
    await host.start(realDisk, 'nothing');
    expect(host.issuer.orders).toHaveLength(1);
  });

  it('of a certificate whose CA is not in the configuration any more', async () => {
    const host = await issuedHost();
    await expect(run(host, {}, { knownAuthorities: new Map() })).rejects.toMatchObject({
      code: 'ca-not-configured',
      message: `generation ${first(host)} was issued by the CA \`test\` (https://ca.test/dir), which the configuration has no longer`,
    });
    expect(kept(host)).toEqual([]);
  });

  it('where it cannot be written down first', async () => {
    const host = await issuedHost();
    const full = dyingDisk(realDisk, { after: 0, how: 'ENOSPC' });
    await expect(host.run(realDisk, parts => revoke(ask, { ...parts, disk: full }))).rejects.toMatchObject({
      code: 'ENOSPC',
    });
    expect(host.issuer.revoked).toEqual([]);
  });

  it('while what was revoked before cannot be read', async () => {
    const host = await issuedHost();
    writeFileSync(host.layout().revokedOf(name), '{');
    await expect(run(host)).rejects.toMatchObject({ code: 'state-corrupt' });
    expect(host.issuer.revoked).toEqual([]);
  });
});

it('two that come at once are one', async () => {
  const host = await issuedHost();
  const answers = await host.run(realDisk, parts =>
    Promise.allSettled([
      runRevoke(makeConfig([target]), parts, { ...ask, replace: false }),
      runRevoke(makeConfig([target]), parts, { ...ask, replace: false }),
    ]),
  );
  expect(answers).toMatchObject([
    { value: { signed_by: 'account' } satisfies Partial<RevokeAnswer> },
    { reason: { code: 'already-revoked' } },
  ]);
  expect(host.issuer.revoked).toHaveLength(1);
});

it('does not wait for an order under way', async () => {
  const host = await issuedHost();
  const id = first(host);
  await host.run(realDisk, async parts => {
    const endTurn = await parts.turns.take(name);
    expect(await revoke(ask, parts)).toEqual({ generation: id, signedBy: 'account', error: null });
    endTurn();
  });
});
