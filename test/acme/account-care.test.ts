import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { thumbprintOf } from '../../src/acme/client.ts';
import { generateKey } from '../../src/x509/keys.ts';
import type { Canned, Resource } from '../support/fake-ca-behaviour.ts';
import { thumbprint } from '../support/fake-ca-jws.ts';
import { memoryAccount } from '../support/memory-account.ts';
import { type Bench, openBench } from './harness.ts';

async function openRegistered(): Promise<Bench> {
  const bench = await openBench();
  await bench.order('a.example');
  return bench;
}

const keyOfCa = ({ ca }: Bench) => thumbprint(ca.accounts[0]?.jwk ?? {});
const keyOnDisk = ({ store }: Bench) => thumbprintOf(store.keyPem ?? '');

/** Cuts the connection after the first request of this kind has had its effect. */
function loseAnswer({ ca }: Bench, to: Resource, when: () => boolean = () => true) {
  let lost = 0;
  ca.behaviour.dropAnswer = resource => resource === to && when() && lost++ === 0;
}

function refuse({ ca }: Bench, at: Resource, answer: Canned) {
  ca.behaviour.intercept = resource => (resource === at ? answer : null);
}

const problem = (name: string, status = 400): Canned => ({
  status,
  body: JSON.stringify({ type: `urn:ietf:params:acme:error:${name}`, detail: 'no' }),
});

describe('a rollover', () => {
  it('gives the account another key, on disk before the CA hears of it, and keeps its URL', async () => {
    const bench = await openRegistered();
    const [old, url] = [keyOnDisk(bench), bench.store.registration?.url];
    const seen: string[] = [];
    bench.ca.behaviour.intercept = resource => {
      seen.push(`${resource} after ${bench.store.steps.slice(2).join('+')}`);
      return null;
    };
    await bench.issuer.care.rollOver(bench.signal);
    expect(seen).toEqual(['key-change after next key']);
    expect(bench.store.steps).toEqual(['key', 'url', 'next key', 'next key adopted']);
    expect(keyOfCa(bench)).toBe(keyOnDisk(bench));
    expect(keyOnDisk(bench)).not.toBe(old);
    expect(bench.ca.accounts).toHaveLength(1);
    expect(bench.store.registration?.url).toBe(url);
  });

  it('is followed by orders with the new key, in every issuer that knew the old one', async () => {
    const bench = await openRegistered();
    const other = await bench.reopen();
    await other.order({ domains: ['b.example'], replaces: null, profile: null }, bench.signal);
    await bench.issuer.care.rollOver(bench.signal);
    bench.requests.length = 0;
    // Also the key authorizations: the CA computes them from the new key.
    await bench.issue('c.example');
    await other.order({ domains: ['d.example'], replaces: null, profile: null }, bench.signal);
    expect(bench.requests).not.toContain('account');
  });

  it('waits for an order that is under way, whose key authorizations hang on the old key', async () => {
    const bench = await openRegistered();
    const orderUrl = await bench.order('b.example');
    const presented = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const { present } = bench.solver;
    bench.solver.present = async (challenge, signal) => {
      await present(challenge, signal);
      presented.resolve();
      await goOn.promise;
    };
    const completed = bench.complete(orderUrl, ['b.example']);
    await presented.promise;
    const rolled = bench.issuer.care.rollOver(bench.signal);
    const later = bench.order('c.example');
    goOn.resolve();
    expect(await completed).toContain('BEGIN CERTIFICATE');
    await rolled;
    await later;
    expect(bench.ca.log.indexOf('POST key-change')).toBeGreaterThan(bench.ca.log.indexOf('POST cert'));
    expect(bench.ca.log.at(-1)).toBe('POST new-order');
  });

  it('whose answer was lost has happened all the same', async () => {
    const bench = await openRegistered();
    loseAnswer(bench, 'key-change');
    await bench.issuer.care.rollOver(bench.signal);
    expect(keyOfCa(bench)).toBe(keyOnDisk(bench));
    await bench.order('b.example');
  });

  it('of which nobody knows what became leaves both keys, and the next entry asks', async () => {
    const bench = await openRegistered();
    let gone = false;
    bench.ca.behaviour.dropAnswer = resource => {
      gone ||= resource === 'key-change';
      return gone;
    };
    await expect(bench.issuer.care.rollOver(bench.signal)).rejects.toMatchObject({ code: 'ca-unreachable' });
    expect(bench.store.steps.at(-1)).toBe('next key');
    bench.ca.behaviour.dropAnswer = () => false;
    await bench.order('b.example');
    expect(bench.store.steps.at(-1)).toBe('next key adopted');
    expect(keyOfCa(bench)).toBe(keyOnDisk(bench));
  });

  it('that finds one finished that was cut short is that one', async () => {
    const bench = await openRegistered();
    let gone = false;
    bench.ca.behaviour.dropAnswer = resource => {
      gone ||= resource === 'key-change';
      return gone;
    };
    await bench.issuer.care.rollOver(bench.signal).catch(() => undefined);
    bench.ca.behaviour.dropAnswer = () => false;
    const next = bench.store.nextKeyPem;
    await bench.issuer.care.rollOver(bench.signal);
    expect(bench.store.keyPem).toBe(next);
    expect(bench.ca.log.filter(line => line === 'POST key-change')).toHaveLength(1);
  });

  it('that the CA refuses leaves the old key alone', async () => {
    const bench = await openRegistered();
    const old = keyOnDisk(bench);
    refuse(bench, 'key-change', problem('badPublicKey'));
    await expect(bench.issuer.care.rollOver(bench.signal)).rejects.toMatchObject({
      code: 'csr-refused',
      message: expect.stringContaining('The CA refused the new account key: no (badPublicKey)'),
    });
    expect(bench.store.steps.slice(2)).toEqual(['next key', 'next key dropped']);
    expect(keyOnDisk(bench)).toBe(old);
    await bench.order('b.example');
  });

  it('that the CA could not look at keeps its key for the next', async () => {
    const bench = await openRegistered();
    refuse(bench, 'key-change', { status: 503, headers: { 'retry-after': '60' } });
    await expect(bench.issuer.care.rollOver(bench.signal)).rejects.toMatchObject({ code: 'ca-error' });
    const next = bench.store.nextKeyPem;
    expect(next).not.toBeNull();
    expect(await bench.issuer.care.show(bench.signal)).toMatchObject({ rolloverUnfinished: true });
    refuse(bench, 'cert', { status: 404 });
    await bench.issuer.care.rollOver(bench.signal);
    expect(bench.store.keyPem).toBe(next);
    expect(keyOfCa(bench)).toBe(keyOnDisk(bench));
  });

  it('does not take a key that has an account of its own', async () => {
    const bench = await openRegistered();
    const old = keyOnDisk(bench);
    // As after a restore of an older disk: somebody else uses the key that is to be the next.
    const next = await generateKey('ecdsa-p256');
    const account = memoryAccount();
    account.keyPem = next;
    const other = await bench.reopen({ account });
    await other.order({ domains: ['b.example'], replaces: null, profile: null }, bench.signal);
    bench.store.nextKeyPem = next;
    await expect(bench.issuer.care.rollOver(bench.signal)).rejects.toMatchObject({
      facts: { status: 409, request: 'key-change' },
    });
    expect(bench.store.nextKeyPem).toBeNull();
    expect(keyOnDisk(bench)).toBe(old);
  });

  it('of an account that is not there is account-missing, and makes none', async () => {
    const bench = await openBench();
    await expect(bench.issuer.care.rollOver(bench.signal)).rejects.toMatchObject({ code: 'account-missing' });
    expect(bench.requests).toEqual([]);
  });

  it('at a CA without keyChange says so', async () => {
    const bench = await openRegistered();
    const other = await bench.reopen();
    Reflect.deleteProperty(bench.ca.behaviour.directory, 'keyChange');
    await expect(other.care.rollOver(bench.signal)).rejects.toMatchObject({
      code: 'ca-malformed',
      message: 'The CA’s directory has no "keyChange".',
    });
  });
});

describe('a deactivation', () => {
  it('ends the account at the CA and forgets it; the next order makes another', async () => {
    const bench = await openRegistered();
    const [account] = bench.ca.accounts;
    const old = keyOnDisk(bench);
    expect(await bench.issuer.care.deactivate(bench.signal)).toBe(account?.url);
    expect(account?.status).toBe('deactivated');
    expect(await bench.store.read()).toBeNull();
    await bench.order('b.example');
    expect(bench.ca.accounts).toHaveLength(2);
    expect(keyOnDisk(bench)).not.toBe(old);
  });

  it.each(['unauthorized', 'accountDoesNotExist'])(
    'of an account that is gone already (%s) forgets it',
    async name => {
      const bench = await openRegistered();
      refuse(bench, 'account', problem(name, 401));
      await bench.issuer.care.deactivate(bench.signal);
      expect(await bench.store.read()).toBeNull();
    },
  );

  it('whose answer was lost is found out before the account is used again', async () => {
    const bench = await openRegistered();
    loseAnswer(bench, 'account', () => bench.ca.accounts[0]?.status === 'deactivated');
    // Signed again over a new connection, it is refused as one that has happened.
    await bench.issuer.care.deactivate(bench.signal);
    expect(await bench.store.read()).toBeNull();
  });

  it('that never reached the CA leaves an account that is used on', async () => {
    const bench = await openRegistered();
    refuse(bench, 'account', { status: 503 });
    await expect(bench.issuer.care.deactivate(bench.signal)).rejects.toMatchObject({ code: 'ca-error' });
    expect(bench.store.registration).toMatchObject({ leaving: true });
    await expect(bench.order('b.example')).rejects.toMatchObject({ code: 'ca-error' });
    bench.ca.behaviour.intercept = () => null;
    await bench.order('b.example');
    expect(bench.ca.accounts).toHaveLength(1);
    expect(bench.store.registration).toMatchObject({ leaving: false });
  });

  it('of an account that is not there is account-missing', async () => {
    const bench = await openBench();
    await expect(bench.issuer.care.deactivate(bench.signal)).rejects.toMatchObject({
      code: 'account-missing',
      message: 'There is no account at corp yet: the first order makes one.',
    });
  });
});

describe('a look at the account', () => {
  it('shows what the CA says of it, by a POST-as-GET', async () => {
    const bench = await openRegistered();
    bench.ca.behaviour.directory['meta'] = { caaIdentities: ['ca.example', 'other.example'] };
    const again = await bench.reopen();
    bench.requests.length = 0;
    expect(await again.care.show(bench.signal)).toEqual({
      url: bench.ca.accounts[0]?.url,
      thumbprint: keyOfCa(bench),
      status: 'valid',
      contact: ['mailto:ops@example.com'],
      caaIdentity: 'ca.example',
      rolloverUnfinished: false,
    });
    expect(bench.requests).toEqual(['directory', 'nonce', 'account']);
  });

  it('makes none where there is none', async () => {
    const bench = await openBench();
    expect(await bench.issuer.care.show(bench.signal)).toBeNull();
    bench.store.keyPem = await generateKey('ecdsa-p256');
    expect(await bench.issuer.care.show(bench.signal)).toBeNull();
    expect(bench.requests).toEqual([]);
  });

  it.each([
    { status: 200, body: 'hello' },
    { status: 200, body: '{"status":null,"contact":null}' },
    { status: 200, body: '{"contact":"x","status":7}' },
  ])('takes little for little: %j', async answer => {
    const bench = await openRegistered();
    bench.ca.behaviour.directory['meta'] = { caaIdentities: null };
    const again = await bench.reopen();
    refuse(bench, 'account', answer);
    expect(await again.care.show(bench.signal)).toMatchObject({
      status: null,
      contact: [],
      caaIdentity: null,
    });
  });

  it('of an account that the CA has ended is account-refused with its words', async () => {
    const bench = await openRegistered();
    refuse(bench, 'account', problem('unauthorized', 401));
    await expect(bench.issuer.care.show(bench.signal)).rejects.toMatchObject({
      code: 'account-refused',
      message: 'The CA refused the account: no (unauthorized)',
    });
  });
});

describe('an e-mail address', () => {
  const contacts = ({ ca }: Bench) => ca.accounts[0]?.contact;
  const orderWith = async (bench: Bench, email: string | null) => {
    const issuer = await bench.reopen({ email });
    bench.requests.length = 0;
    for (const domain of ['b.example', 'c.example']) {
      await issuer.order({ domains: [domain], replaces: null, profile: null }, bench.signal);
    }
    return bench.requests;
  };

  it('that has changed is told to the CA once', async () => {
    const bench = await openRegistered();
    expect(await orderWith(bench, 'new@example.com')).toEqual([
      'directory',
      'nonce',
      'account',
      'order',
      'order',
    ]);
    expect(contacts(bench)).toEqual(['mailto:new@example.com']);
    expect(await orderWith(bench, 'new@example.com')).not.toContain('account');
  });

  it('that is gone from the configuration is taken back', async () => {
    const bench = await openRegistered();
    await orderWith(bench, null);
    expect(contacts(bench)).toEqual([]);
    expect(await orderWith(bench, null)).not.toContain('account');
  });

  it('that the CA does not take is a warning, and is not tried again by the same process', async () => {
    const bench = await openRegistered();
    refuse(bench, 'account', problem('invalidContact'));
    expect((await orderWith(bench, 'bad@example.com')).filter(kind => kind === 'account')).toHaveLength(1);
    expect(bench.warnings).toMatchObject([
      {
        code: 'account-refused',
        message:
          'The CA has the account’s old e-mail address: The CA refused the account: no (invalidContact)',
      },
    ]);
    expect(bench.store.registration?.email).toBe('ops@example.com');
  });

  it('of an account that was found again is what the CA says, or else is told to it', async () => {
    const bench = await openRegistered();
    bench.store.registration = null;
    expect((await orderWith(bench, 'ops@example.com')).filter(kind => kind === 'account')).toHaveLength(1);
    bench.store.registration = null;
    expect((await orderWith(bench, 'new@example.com')).filter(kind => kind === 'account')).toHaveLength(2);
    expect(contacts(bench)).toEqual(['mailto:new@example.com']);
  });
});

it('a thumbprint is that of RFC 7638, whose example is this key (section 3.1)', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
  const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  expect(thumbprintOf(pem)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
});
