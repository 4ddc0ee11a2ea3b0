import { expect, it } from 'vitest';
import { type HookSubject, hookEnvironment } from '../../src/deploy/hook-environment.ts';
import { at, makeLeaf, makeTarget } from '../support/make-observed.ts';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const first: HookSubject = {
  target: makeTarget({ name: 'a.example', domains: ['a.example', 'www.a.example'] }),
  leaf: makeLeaf({ serial: '03aa', fingerprintSha256: 'f1', notAfter: at('2026-04-01T00:00:00Z') }),
  liveDir: '/var/lib/certd/live/a.example',
  previous: makeLeaf({ fingerprintSha256: 'f0' }),
};

const second: HookSubject = {
  target: makeTarget({ name: 'b', domains: ['b.example'] }),
  leaf: makeLeaf({ serial: '00ff', fingerprintSha256: 'f2', notAfter: at('2026-05-01T12:30:00Z') }),
  liveDir: '/var/lib/certd/live/b',
  previous: null,
};

it('tells a hook about one certificate', () => {
  expect(hookEnvironment([first])).toEqual({
    PATH: path,
    CERTD_NAME: 'a.example',
    CERTD_DOMAINS: 'a.example www.a.example',
    CERTD_LIVE_DIR: '/var/lib/certd/live/a.example',
    CERTD_CERT: '/var/lib/certd/live/a.example/cert.pem',
    CERTD_CHAIN: '/var/lib/certd/live/a.example/chain.pem',
    CERTD_FULLCHAIN: '/var/lib/certd/live/a.example/fullchain.pem',
    CERTD_KEY: '/var/lib/certd/live/a.example/privkey.pem',
    CERTD_NOT_AFTER: '2026-04-01T00:00:00.000Z',
    CERTD_SERIAL: '03aa',
    CERTD_FINGERPRINT_SHA256: 'f1',
    CERTD_PREVIOUS_FINGERPRINT_SHA256: 'f0',
    RENEWED_LINEAGE: '/var/lib/certd/live/a.example',
    RENEWED_DOMAINS: 'a.example www.a.example',
  });
});

it('tells it about two as lists in the same order', () => {
  expect(hookEnvironment([first, second])).toEqual({
    PATH: path,
    CERTD_NAME: 'a.example b',
    CERTD_DOMAINS: 'a.example www.a.example b.example',
    CERTD_LIVE_DIR: '/var/lib/certd/live/a.example /var/lib/certd/live/b',
    CERTD_CERT: '/var/lib/certd/live/a.example/cert.pem /var/lib/certd/live/b/cert.pem',
    CERTD_CHAIN: '/var/lib/certd/live/a.example/chain.pem /var/lib/certd/live/b/chain.pem',
    CERTD_FULLCHAIN: '/var/lib/certd/live/a.example/fullchain.pem /var/lib/certd/live/b/fullchain.pem',
    CERTD_KEY: '/var/lib/certd/live/a.example/privkey.pem /var/lib/certd/live/b/privkey.pem',
    CERTD_NOT_AFTER: '2026-04-01T00:00:00.000Z 2026-05-01T12:30:00.000Z',
    CERTD_SERIAL: '03aa 00ff',
    CERTD_FINGERPRINT_SHA256: 'f1 f2',
    CERTD_PREVIOUS_FINGERPRINT_SHA256: 'f0 -',
    RENEWED_LINEAGE: '/var/lib/certd/live/a.example /var/lib/certd/live/b',
    RENEWED_DOMAINS: 'a.example www.a.example b.example',
  });
});

it('leaves the previous fingerprint empty at the first deploy', () => {
  expect(hookEnvironment([second])['CERTD_PREVIOUS_FINGERPRINT_SHA256']).toBe('');
});
