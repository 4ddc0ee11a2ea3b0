import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openChainGate } from '../../src/pass/chain-gate.ts';
import { rootsFor } from '../../src/pass/gate.ts';
import type { Roots } from '../../src/pass/trust.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { authority, type CrashHost, target } from '../support/crash-host.ts';
import { datelessGate } from '../support/dateless-gate.ts';
import { makeCa } from '../support/make-cert.ts';
import { ca, passHost } from './pass-host.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** The real gate, with a file of roots that a test can change. */
function gated(host: CrashHost) {
  const rootsFile = join(host.dir, 'roots.pem');
  const parts = {
    chainGate: openChainGate(),
    authorities: new Map([['test', { ...authority, rootsFile }]]),
  };
  return { parts, writeRoots: (pem: string) => writeFileSync(rootsFile, pem), rootsFile };
}

it('lets a certificate pass that leads to one of the CA’s roots', async () => {
  const host = await passHost();
  const { parts, writeRoots } = gated(host);
  writeRoots((await ca()).pem);
  expect(await host.start(realDisk, 'nothing', { parts })).toMatchObject([
    { issued: `0001-${host.live()}`, deployed: `0001-${host.live()}`, error: null },
  ]);
});

it('refuses one that leads to none of them, and orders no other one before tomorrow', async () => {
  const host = await passHost();
  const { parts, writeRoots } = gated(host);
  writeRoots((await makeCa('stranger')).pem);
  expect(await host.start(realDisk, 'nothing', { parts })).toMatchObject([
    {
      issued: null,
      error: {
        code: 'gate-refused',
        message:
          'the certificate for crash.test is refused: the root at the end of the chain is not trusted (SELF_SIGNED_CERT_IN_CHAIN)',
      },
    },
  ]);
  expect(host.live()).toBeNull();
  writeRoots((await ca()).pem);
  host.advance(2 * minute);
  await host.start(realDisk, 'nothing', { parts });
  expect(host.issuer.orders).toHaveLength(1);
});

it('orders nothing anew because of a file of roots that cannot be used, and goes on once it can', async () => {
  const host = await passHost();
  const { parts, writeRoots, rootsFile } = gated(host);
  const message = expect.stringContaining(rootsFile);
  for (const prepare of [() => {}, () => writeRoots('nothing')]) {
    prepare();
    expect(await host.start(realDisk, 'pass', { parts })).toMatchObject([
      { issued: null, error: { code: 'roots-unusable', message } },
    ]);
  }
  writeRoots((await ca()).pem);
  expect(await host.start(realDisk, 'pass', { parts })).toMatchObject([
    { deployed: `0001-${host.live()}`, error: null },
  ]);
  expect(host.issuer.orders).toHaveLength(1);
});

it('says of a certificate that is not valid yet that the clock is wrong, and orders none beside it', async () => {
  const host = await passHost();
  const { parts, writeRoots } = gated(host);
  writeRoots((await ca()).pem);
  host.issuer.dateBack(-10 * minute);
  expect(await host.start(realDisk, 'nothing', { parts })).toMatchObject([
    {
      issued: null,
      error: {
        code: 'clock-skewed',
        message:
          'crash.test: a certificate of the chain is not valid yet by the clock of this host (CERT_NOT_YET_VALID)',
      },
    },
  ]);
  host.advance(10 * minute);
  expect(await host.start(realDisk, 'nothing')).toMatchObject([{ deployed: `0001-${host.live()}` }]);
  expect(host.issuer.orders).toHaveLength(1);
});

it('is asked again before the deploy, with the roots of the CA that issued, and keeps what is live', async () => {
  const host = await passHost();
  await host.start(realDisk, 'nothing');
  const live = host.live();
  const asked: Roots[] = [];
  const pass = datelessGate([(await ca()).pem]);
  const chainGate: typeof pass = async candidate => {
    asked.push(candidate.roots);
    const fault = await pass(candidate);
    return asked.length === 1 ? fault : { code: 'CERT_REVOKED', words: 'changed their mind' };
  };
  const own = new Map([['test', { ...authority, rootsFile: '/etc/roots.pem' }]]);
  const [result] = await host.start(realDisk, 'forced', { parts: { chainGate, authorities: own } });
  expect(result).toMatchObject({
    issued: expect.stringMatching(/^0002-/),
    deployed: null,
    error: {
      code: 'gate-refused',
      message: expect.stringMatching(
        /^generation 0002-\w{8} of crash.test is refused: changed their mind \(CERT_REVOKED\)$/,
      ),
    },
  });
  expect(host.live()).toBe(live);
  expect(readDeployState(host.layout().deployState('crash.test'))).toMatchObject({ failures: 1 });
  const roots = { file: '/etc/roots.pem' };
  expect(asked).toEqual([roots, roots]);

  // A CA that the configuration has no longer.
  host.advance(day);
  const cas = [{ name: 'other', profile: null, preferredChain: null, settings: '' }] as const;
  const other = {
    ...authority,
    name: 'other',
    directoryUrl: 'https://other.test/dir',
    rootsFile: '/other.pem',
  };
  const authorities = new Map([['other', other]]);
  await host.start(realDisk, 'nothing', {
    parts: { chainGate, authorities },
    targets: [{ ...target, cas }],
  });
  expect(asked).toEqual([roots, roots, 'system']);
});

it.each([
  ['https://acme-v02.api.letsencrypt.org/directory', null, 'system'],
  ['https://acme-staging-v02.api.letsencrypt.org/directory', null, 'any'],
  ['https://acme-staging-v02.api.letsencrypt.org/directory', '/etc/r.pem', { file: '/etc/r.pem' }],
  ['https://dv.acme-v02.test-api.pki.goog/directory', null, 'any'],
  ['https://acme.corp.example/directory', '/etc/r.pem', { file: '/etc/r.pem' }],
])('certificates of %s with the roots %s must lead to %j', (directoryUrl, rootsFile, roots) => {
  expect(rootsFor({ directoryUrl, rootsFile })).toEqual(roots);
});
