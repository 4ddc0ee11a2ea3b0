import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certIdOf } from '../../src/x509/cert-id.ts';
import { readLeaf } from '../../src/x509/certificate.ts';
import { type CaProxy, startCaProxy, through } from '../support/ca-proxy.ts';
import { type CertdProcess, pebbleSettings, startCertd } from '../support/certd-process.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const day = 86_400_000;
const profiles = {
  default: { description: '90 days', validityPeriod: (90 * day) / 1000 },
  shortlived: { description: '6 days', validityPeriod: (6 * day) / 1000 },
};

/** By name of the certificate: its domains, the profile that it is to have, its lifetime in days. */
const wanted = {
  long: { domains: ['a.long.test', 'b.long.test', 'c.long.test'], profile: 'default', days: 90 },
  short: { domains: ['short.test'], profile: 'shortlived', days: 6 },
  preferred: { domains: ['preferred.test'], profile: '{ name: shortlived, required: false }', days: 6 },
} as const;

/** Strict, with half of all good nonces refused, sleeps before each validation, Retry-After and three roots. */
describe.each([{ authzReuse: 0 }, { authzReuse: 100 }])(
  'a Pebble that is as hard as it can be and takes $authzReuse % of its authorizations over',
  ({ authzReuse }) => {
    let stack: Stack;
    let proxy: CaProxy;
    let certd: CertdProcess;
    let renewalFrom: number;
    const names = Object.keys(wanted) as readonly (keyof typeof wanted)[];
    const certificate = (name: string) => readFileSync(join(certd.liveDir(name), 'cert.pem'), 'utf8');
    const first = new Map<string, string>();

    beforeAll(async () => {
      const hardness = { nonceReject: 50, validationSleep: 2, alternateRoots: 2, retryAfter: 1 };
      stack = await startStack({ ...hardness, authzReuse, profiles });
      proxy = await startCaProxy(stack);
      certd = await startCertd(join(stack.dir, 'certd'), configuration(through(proxy, stack)));
      const all = () => (names.every(name => certificate(name) !== '') ? true : null);
      await waitUntil('all are live', all, 60_000);
      for (const name of names) first.set(name, certificate(name));
      renewalFrom = proxy.seen().length;
      expect(await certd.command('renew', '--force')).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await certd.stop();
      await proxy.stop();
      await stack.stop();
    });

    test.each(names)('%s was issued and renewed with its profile', name => {
      for (const pem of [first.get(name) ?? '', certificate(name)]) {
        const { domains, notBefore, notAfter } = readLeaf(pem);
        expect(domains.toSorted()).toEqual([...wanted[name].domains]);
        expect((notAfter - notBefore) / day).toBeCloseTo(wanted[name].days, 3);
      }
      expect(certificate(name)).not.toBe(first.get(name));
    });

    test('each order said what it replaces and which profile it is for', () => {
      const placed = proxy.seen().filter(({ kind, caStatus }) => kind === 'newOrder' && caStatus === 201);
      const ids = names.map(name => certIdOf(first.get(name) ?? ''));
      expect(placed.map(({ payload }) => payload?.['profile']).toSorted()).toEqual([
        ...['default', 'default', 'shortlived', 'shortlived', 'shortlived', 'shortlived'],
      ]);
      // Also of one that Pebble fails at, which is then placed without: where the serial begins with 00, one of 256.
      const replaced = new Set(proxy.seen().map(({ payload }) => payload?.['replaces']));
      replaced.delete(undefined);
      expect([...replaced].toSorted()).toEqual(ids.toSorted());
    });

    test('what is authorized already is not validated again', () => {
      const challenges = (from: number, to?: number) =>
        proxy
          .seen()
          .slice(from, to)
          .filter(({ kind, caStatus }) => kind === 'challenge' && caStatus === 200).length;
      expect(challenges(0, renewalFrom)).toBe(5);
      // Pebble takes one of a hundred over also when it is told to take none.
      if (authzReuse === 100) expect(challenges(renewalFrom)).toBe(0);
      else expect(challenges(renewalFrom)).toBeGreaterThanOrEqual(3);
    });
  },
);

function configuration(stack: Stack): string {
  const entries = Object.entries(wanted).map(
    ([name, { domains, profile }]) =>
      `  - { name: ${name}, domains: [${domains.join(', ')}], profile: ${profile} }\n`,
  );
  return `${pebbleSettings(stack)}defaults:
  challenge: { webroot: ${stack.nginx.webroot} }
certificates:
${entries.join('')}`;
}
