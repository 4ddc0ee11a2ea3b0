import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leakFinder } from './find-leaks.ts';

const pemOf = (type: 'ec' | 'rsa'): string => {
  const { privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const ec = pemOf('ec');
const rsa = pemOf('rsa');
const secret = 'kept-from-everybody-0123456789';
const leaksIn = leakFinder({ keys: [ec, rsa], texts: [secret] });
const whats = (text: string) => leaksIn(text).map(({ what }) => what);

const bodyOf = (pem: string) => pem.replaceAll(/-----[^-]+-----|\n/g, '');
const numberOf = (pem: string, name: 'd' | 'p' | 'q') =>
  Buffer.from(createPrivateKey(pem).export({ format: 'jwk' })[name] ?? '', 'base64url');
const sec1 = createPrivateKey(ec).export({ type: 'sec1', format: 'der' }).toString('base64');
const logLine = (output: unknown) => JSON.stringify({ level: 30, time: 1, output, msg: 'hook ran' });
const jws = { protected: 'e30', payload: 'e30', signature: 'c2lnbmVk' };

describe('found is', () => {
  it.each([
    ['a PEM private key', ec],
    ['a PEM private key', logLine(ec)],
    ['a PEM private key', logLine(JSON.stringify({ key: rsa }))],
    ['a PEM private key', 'cut off: -----BEGIN EC PRIVATE KEY-----'],
    ['part of a private key', bodyOf(ec).slice(70, 102)],
    ['part of a private key', logLine(`begin${ec.slice(20, 150)}`)],
    ['part of a private key', logLine(logLine(rsa.slice(300, 400)))],
    ['part of a private key', Buffer.from(bodyOf(ec), 'base64').toString('base64url')],
    ['part of a private key', logLine(sec1)],
    ['part of a private key', `x=${numberOf(ec, 'd').toString('base64url')}`],
    ['part of a private key', `"d":"${numberOf(rsa, 'd').toString('base64url').slice(100, 140)}"`],
    ['part of a private key', logLine({ p: numberOf(rsa, 'p').toString('base64') })],
    ['part of a private key', logLine({ q: numberOf(rsa, 'q').toString('base64url') })],
    ['part of a private key', `d = ${numberOf(ec, 'd').toString('hex')}`],
    ['a secret of the run', logLine(`the key is ${secret}.`)],
    ['a secret of the run', logLine(Buffer.from(secret).toString('base64url'))],
    ['a secret of the run', Buffer.from(`{"k":"${secret}"}`).toString('base64')],
    ['an authorization header', '> Authorization: token abc'],
    ['an authorization header', logLine({ headers: { authorization: 'abc' } })],
    ['an authorization header', logLine(logLine({ 'Proxy-Authorization': 'abc' }))],
    ['an authorization header', 'authorization=abc'],
    ['a Bearer token', logLine('curl said: Bearer abcdefgh.123')],
    ['Basic credentials', 'refused Basic b3BzOnNlY3JldA=='],
    ['Digest credentials', logLine('Digest username="ops", response="abc"')],
    ['a JWS', logLine(jws)],
    ['a JWS', logLine(JSON.stringify(jws))],
    ['a JWS', Buffer.from('{"alg":"ES256","nonce":"abc"}').toString('base64url')],
    ['a JWS', `sent ${Buffer.from('{"nonce":"abc","url":"https://ca.test"}').toString('base64url')}.e30`],
  ])('%s, in case %#', (what, text) => {
    expect(whats(text)).toContain(what);
  });

  it('every leak with its line', () => {
    expect(leaksIn(`fine\nAuthorization: abc\nfine\n${secret}\n`)).toEqual([
      { what: 'an authorization header', line: 2 },
      { what: 'a secret of the run', line: 4 },
    ]);
  });
});

describe('not found is', () => {
  it.each([
    ['what the censor leaves', logLine('[private key removed] Authorization: [removed] Bearer [removed]')],
    ['a censored header', logLine({ authorization: '[removed]', other: 'Digest [removed]' })],
    ['a censored header in a text', logLine(logLine({ authorization: '[removed]' }))],
    ['the prose of a CA', 'The client lacks sufficient authorization :: 192.0.2.7: Invalid response'],
    ['an authorization that is none', '{"authorization":null,"authorizations":["https://ca.test/authz/1"]}'],
    ['a place to go to', 'See https://ca.test/sfe/v1/unpause?jwt=eyJhbGciOiJIUzI1NiJ9.e30.abc'],
    ['X.509', 'Basic Constraints are wrong'],
    ['a nonce or a long path', 'https://ca.test/order/pZ1mJ1t1k7M0yXJ8n2u4WQvT0aXcE5sR6dF7gH8iJ9k'],
    ['the key of somebody else', logLine(bodyOf(pemOf('ec')).slice(60))],
    ['a digest', logLine('11223344'.repeat(8))],
  ])('%s', (_, text) => {
    expect(whats(text)).toEqual([]);
  });
});
