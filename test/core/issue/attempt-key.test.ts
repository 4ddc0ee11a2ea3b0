import { expect, it } from 'vitest';
import { attemptKey } from '../../../src/core/issue/attempt-key.ts';
import { makeChoice, makeDeploy, makeTarget } from '../../support/make-observed.ts';

const usual = makeTarget();

it('is the same for the same wish, whatever happens after the issue', () => {
  const other = { ...usual, name: 'other', deploy: makeDeploy({ timeoutMs: 1 }) };
  expect(attemptKey(other)).toBe(attemptKey({ ...usual }));
});

const standalone = (port: number) =>
  makeTarget({ challenge: { kind: 'standalone', listen: [{ address: '0.0.0.0', port }] } });

it.each([
  ['another domain', makeTarget({ domains: ['b.example'] })],
  ['another CA', makeTarget({ cas: [makeChoice({ name: 'other' })] })],
  ['a CA of which something else is said', makeTarget({ cas: [makeChoice({ settings: 'kid /eab' })] })],
  [
    'a profile that is preferred',
    makeTarget({ cas: [makeChoice({ profile: { name: 'tls', required: false } })] }),
  ],
  ['another key type', makeTarget({ keyType: 'rsa-2048' })],
  ['another webroot', makeTarget({ challenge: { kind: 'webroot', path: '/elsewhere' } })],
  ['a listener of its own', standalone(80)],
  ['a listener elsewhere', standalone(8080)],
  ['a socket of systemd', makeTarget({ challenge: { kind: 'systemd-socket' } })],
])('%s may succeed where this failed', (_, changed) => {
  expect(attemptKey(changed)).not.toBe(attemptKey(usual));
});

it('two listeners are two wishes', () => {
  expect(attemptKey(standalone(80))).not.toBe(attemptKey(standalone(8080)));
});

it('a profile that is required is another wish than one that is preferred', () => {
  const key = (required: boolean) =>
    attemptKey(makeTarget({ cas: [makeChoice({ profile: { name: 'tls', required } })] }));
  expect(key(true)).not.toBe(key(false));
});
