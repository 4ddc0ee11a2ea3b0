import { describe, expect, it } from 'vitest';
import { skewOf } from '../../src/acme/clock-skew.ts';
import { readLeaf } from '../../src/x509/certificate.ts';
import type { Resource } from '../support/fake-ca-behaviour.ts';
import { type Bench, openBench } from './harness.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse('2026-11-21T12:00:00Z');

const by = (date: string, more = {}) => skewOf({ headers: { date, ...more } }, now);

describe('the Date of an answer', () => {
  it.each([
    ['Thu, 19 Nov 2026 12:00:00 GMT', '2d ahead of', '2026-11-19T12:00:00.000Z', 172_800],
    ['Sun, 29 Nov 2026 12:00:00 GMT', '8d behind', '2026-11-29T12:00:00.000Z', -691_200],
    ['Sat, 21 Nov 2026 10:59:59 GMT', '1h ahead of', '2026-11-21T10:59:59.000Z', 3601],
    ['Saturday, 21-Nov-26 13:00:01 GMT', '1h behind', '2026-11-21T13:00:01.000Z', -3601],
  ])('%s says that the host is %s the CA', (date, how, theirs, aheadSeconds) => {
    expect(by(date)).toMatchObject({
      code: 'clock-skewed',
      message: `The clock of this host is ${how} that of the CA: it says 2026-11-21T12:00:00.000Z, the CA ${theirs}.`,
      facts: { aheadSeconds },
    });
  });

  it.each(['Sat, 21 Nov 2026 11:00:00 GMT', 'Sat, 21 Nov 2026 13:00:00 GMT', 'Sat Nov 21 12:30:00 2026'])(
    'is near enough where it is %s',
    date => {
      expect(by(date)).toBeNull();
    },
  );

  it('is no error where it is missing or cannot be read', () => {
    expect(skewOf({ headers: {} }, now)).toBeNull();
    for (const date of ['', '0', '2026-01-01T00:00:00Z', 'Sat, 99 Nov 2026 12:00:00 GMT', 'Sat']) {
      expect(by(date)).toBeNull();
    }
  });

  it('is made up for by the age of what comes out of a cache, if that can be read', () => {
    expect(by('Fri, 20 Nov 2026 12:00:00 GMT', { age: '86400' })).toBeNull();
    expect(by('Fri, 20 Nov 2026 12:00:00 GMT', { age: 'a day' })).not.toBeNull();
    expect(by('Sat, 21 Nov 2026 12:00:00 GMT', { age: '7200' })?.message).toContain('2h behind');
  });
});

/** The Date of these answers is so far from the clock of the bench; all others are right. */
function dates(bench: Bench, apart: number, resources: readonly Resource[]) {
  const { clock, ca } = bench;
  ca.behaviour.date = resource =>
    new Date(clock.at + (resources.includes(resource) ? apart : 0)).toUTCString();
}

describe('with a clock that is wrong', () => {
  it('nothing is ordered', async () => {
    const bench = await openBench();
    dates(bench, -2 * day, ['dir', 'nonce']);
    await expect(bench.order('a.example')).rejects.toMatchObject({
      code: 'clock-skewed',
      message: expect.stringContaining('2d ahead of'),
      facts: { aheadSeconds: 172_800 },
    });
    expect(bench.ca.log).toEqual(['GET dir', 'HEAD nonce']);
    expect(bench.ca.accounts).toEqual([]);
    dates(bench, 0, []);
    await bench.issue('a.example');
  });

  it('a certificate is not taken, and is there once the clock is right', async () => {
    const bench = await openBench();
    dates(bench, 3.5 * hour, ['cert']);
    const order = await bench.order('a.example');
    await expect(bench.complete(order, ['a.example'])).rejects.toMatchObject({
      code: 'clock-skewed',
      message: expect.stringContaining('3h behind'),
    });
    dates(bench, 0, []);
    expect(readLeaf(await bench.complete(order, ['a.example'])).domains).toEqual(['a.example']);
    expect(bench.ca.orders).toHaveLength(1);
  });

  it('an old directory out of a cache that does not say so is no sign of it', async () => {
    const bench = await openBench();
    dates(bench, -2 * day, ['dir']);
    await bench.issue('a.example');
    expect(bench.warnings).toEqual([]);
  });
});
