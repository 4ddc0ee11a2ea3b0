import { beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readPair } from '../../src/store/generation.ts';
import { observe } from '../../src/store/observe.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { datelessGate } from '../support/dateless-gate.ts';
import { keyIdOf, makeCa, type TestCa } from '../support/make-cert.ts';
import { makeChoice } from '../support/make-observed.ts';
import { ca, passHost } from './pass-host.ts';

const day = 86_400_000;
const dates = { notAfter: new Date(Date.now() + 3650 * day) };

let old: TestCa;
/** The issuing CA, signed by the old root instead of by itself. */
let crossed: TestCa;

beforeAll(async () => {
  old = await makeCa('old root', undefined, dates);
  crossed = await makeCa('pass test', old, { keyPem: (await ca()).keyPem, ...dates });
});

const preferring = (preferredChain: string | null): readonly Target[] => [
  { ...target, cas: [makeChoice({ name: 'test', preferredChain })] },
];

/** What is live above the leaf. */
const above = (host: CrashHost) => readPair(host.layout().liveLink(target.name)).chain;

const trusting = (...roots: readonly TestCa[]) => ({
  parts: { chainGate: datelessGate(roots.map(({ pem }) => pem)) },
});

/** A CA that offers the chain to the old root beside its own. */
async function twoChains() {
  const host = await passHost();
  host.issuer.offerChains([crossed.pem]);
  return host;
}

describe('of the chains that a CA offers', () => {
  it('its own choice is taken, and no other is asked for', async () => {
    const host = await twoChains();
    expect(await host.start(realDisk, 'nothing')).toMatchObject([{ error: null }]);
    expect(above(host)).toBe((await ca()).pem);
    expect(host.issuer.chainsFetched()).toBe(0);
  });

  it('another one is taken where its own choice leads to no root that counts', async () => {
    const host = await twoChains();
    expect(await host.start(realDisk, 'nothing', trusting(old))).toMatchObject([{ error: null }]);
    expect(above(host)).toBe(crossed.pem);
    expect(host.logged).toEqual([]);
  });

  it.each([
    ['its name', async () => 'Old Root'],
    ['its key identifier', async () => keyIdOf(old.pem)],
  ])('the preferred one is taken, by %s', async (_, preferred) => {
    const host = await twoChains();
    const targets = preferring(await preferred());
    const more = { targets, ...trusting(await ca(), old) };
    expect(await host.start(realDisk, 'nothing', more)).toMatchObject([{ error: null }]);
    expect(above(host)).toBe(crossed.pem);
    expect(host.logged).toEqual([]);
  });

  it('no other one is asked for where its own choice is the preferred one', async () => {
    const host = await twoChains();
    await host.start(realDisk, 'nothing', { targets: preferring('pass test') });
    expect(above(host)).toBe((await ca()).pem);
    expect(host.issuer.chainsFetched()).toBe(0);
  });

  it('its own choice is taken with a warning where none is the preferred one', async () => {
    const host = await twoChains();
    const more = { targets: preferring('Gone Root'), ...trusting(await ca(), old) };
    expect(await host.start(realDisk, 'nothing', more)).toMatchObject([{ error: null }]);
    expect(above(host)).toBe((await ca()).pem);
    expect(host.logged).toMatchObject([
      {
        level: 40,
        code: 'chain-not-preferred',
        certificate: 'crash.test',
        reason: `the CA offers no chain to the preferred root "Gone Root": its chains lead to pass test (${keyIdOf((await ca()).pem)}), old root (${keyIdOf(old.pem)})`,
      },
    ]);
  });

  it('its own choice is taken with a warning where the preferred one does not pass', async () => {
    const host = await twoChains();
    const more = { targets: preferring('old root'), ...trusting(await ca()) };
    expect(await host.start(realDisk, 'nothing', more)).toMatchObject([{ error: null }]);
    expect(above(host)).toBe((await ca()).pem);
    expect(host.logged).toMatchObject([
      { code: 'chain-not-preferred', reason: expect.stringMatching(/^the chain to old root \(/) },
    ]);
  });

  it('one that passes is taken where neither its own choice nor the preferred one does', async () => {
    const host = await passHost();
    const third = await makeCa('third root', undefined, dates);
    const other = await makeCa('pass test', third, { keyPem: (await ca()).keyPem, ...dates });
    host.issuer.offerChains([crossed.pem, other.pem]);
    const more = { targets: preferring('old root'), ...trusting(third) };
    expect(await host.start(realDisk, 'nothing', more)).toMatchObject([{ error: null }]);
    expect(above(host)).toBe(other.pem);
  });

  it('none is taken where none passes: what is live stays, and the reasons of each are told', async () => {
    const host = await twoChains();
    await host.start(realDisk, 'nothing');
    const live = host.live();
    const stranger = await makeCa('stranger');
    const [result] = await host.start(realDisk, 'forced', trusting(stranger));
    const words = 'as said by the test (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)';
    expect(result).toMatchObject({
      issued: null,
      error: {
        code: 'gate-refused',
        message: `the certificate for crash.test is refused: the chain to pass test (${keyIdOf((await ca()).pem)}): ${words}; the chain to old root (${keyIdOf(old.pem)}): ${words}`,
      },
    });
    expect(host.live()).toBe(live);
    const { lastError } = observe(host.layout(), target.name).issuer;
    expect(lastError).toMatchObject({ code: 'gate-refused', message: result?.error?.message });
  });
});

it('another preference waits for the next renewal or a person, and is not asked for again and again', async () => {
  const host = await twoChains();
  await host.start(realDisk, 'nothing');
  const trusts = trusting(await ca(), old);
  const pending = (wanted: string | null) =>
    planFor(preferring(wanted)[0] ?? target, observe(host.layout(), target.name), 'nothing', host.now())
      .pending;
  expect(pending(null)).toEqual([]);
  expect(pending('old root')).toEqual(['preferred chain: old root']);
  await host.start(realDisk, 'nothing', { targets: preferring('old root'), ...trusts });
  expect(host.issuer.orders).toHaveLength(1);
  await host.start(realDisk, 'named', { targets: preferring('old root'), ...trusts });
  expect(above(host)).toBe(crossed.pem);
  expect(pending('old root')).toEqual([]);
  expect(pending(null)).toEqual(['preferred chain: none']);

  // The CA does not have it: it was asked for all the same.
  await host.start(realDisk, 'named', { targets: preferring('Gone Root'), ...trusts });
  await host.start(realDisk, 'named', { targets: preferring('Gone Root'), ...trusts });
  expect(host.issuer.orders).toHaveLength(3);
});
