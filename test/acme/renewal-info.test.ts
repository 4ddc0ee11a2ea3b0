import { describe, expect, it } from 'vitest';
import { openBench } from './harness.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const minute = 60_000;

async function ask(body: string, headers: Record<string, string> = {}, status = 200) {
  const bench = await openBench({ renewalInfo: () => ({ status, headers, body }) });
  return bench.issuer.renewalInfo('aki.serial', bench.signal);
}

const window = '"suggestedWindow":{"start":"2026-12-01T00:00:00Z","end":"2026-12-02T06:00:00+02:00"}';

describe('renewalInfo', () => {
  it('reads the window and the explanation', async () => {
    expect(await ask(`{${window},"explanationURL":"https://ca.example/why"}`)).toEqual({
      start: Date.parse('2026-12-01T00:00:00Z'),
      end: Date.parse('2026-12-02T04:00:00Z'),
      explanationUrl: 'https://ca.example/why',
      checkAt: noon + 360 * minute,
    });
  });

  it.each([
    ['0', noon + minute],
    ['3600', noon + 60 * minute],
    ['Sat, 21 Nov 2026 14:00:00 GMT', noon + 120 * minute],
    ['Saturday, 21-Nov-26 14:00:00 GMT', noon + 120 * minute],
    ['Sat Nov 21 14:00:00 2026', noon + 120 * minute],
    ['Sat, 21 Nov 2020 14:00:00 GMT', noon + minute],
    ['999999999', noon + 1440 * minute],
    ['soon', noon + 360 * minute],
  ])('asks again as Retry-After %j says, within bounds', async (retryAfter, checkAt) => {
    expect(await ask(`{${window}}`, { 'retry-after': retryAfter })).toMatchObject({ checkAt });
  });

  it.each([
    [
      'a window that ends before it starts',
      '{"suggestedWindow":{"start":"2026-12-02T00:00:00Z","end":"2026-12-01T00:00:00Z"}}',
    ],
    ['an empty window', '{"suggestedWindow":{"start":"2026-12-02T00:00:00Z","end":"2026-12-02T00:00:00Z"}}'],
    ['no window', '{}'],
    ['a date that is none', '{"suggestedWindow":{"start":"tomorrow","end":"2026-12-01T00:00:00Z"}}'],
    [
      'a month that is none',
      '{"suggestedWindow":{"start":"2026-13-01T00:00:00Z","end":"2026-12-01T00:00:00Z"}}',
    ],
    [
      'a window that ends beyond year 9999 in UTC',
      '{"suggestedWindow":{"start":"2026-12-01T00:00:00Z","end":"9999-12-31T23:59:59-00:01"}}',
    ],
    [
      'a window that starts before 1970 in UTC',
      '{"suggestedWindow":{"start":"1970-01-01T00:00:00+00:01","end":"2026-12-01T00:00:00Z"}}',
    ],
    ['something else', 'null'],
  ])('refuses %s', async (_, body) => {
    await expect(ask(body)).rejects.toMatchObject({ code: 'ca-malformed' });
  });

  it('takes any window within the four-digit years', async () => {
    const wide = '{"suggestedWindow":{"start":"1970-01-01T00:00:00Z","end":"9999-12-31T23:59:59.999Z"}}';
    expect(await ask(wide)).toMatchObject({ start: 0, end: 253_402_300_799_999 });
  });

  it('is null where the CA has none', async () => {
    const bench = await openBench();
    delete bench.ca.behaviour.directory['renewalInfo'];
    expect(await bench.issuer.renewalInfo('aki.serial', bench.signal)).toBeNull();
    expect(bench.requests).toEqual(['directory']);
  });

  it('bears a slash at the end of the directory’s URL', async () => {
    const bench = await openBench({ renewalInfo: () => ({ body: `{${window}}` }) });
    bench.ca.behaviour.directory['renewalInfo'] += '/';
    expect(await bench.issuer.renewalInfo('aki.serial', bench.signal)).not.toBeNull();
  });

  it('needs no account', async () => {
    const bench = await openBench({ renewalInfo: () => ({ body: `{${window}}` }) });
    await bench.issuer.renewalInfo('aki.serial', bench.signal);
    expect(bench.requests).toEqual(['directory', 'renewal-info']);
    expect(bench.store.steps).toEqual([]);
  });

  it('says when the CA is down', async () => {
    await expect(ask('', { 'retry-after': '60' }, 503)).rejects.toMatchObject({
      code: 'ca-error',
      notBefore: noon + minute,
    });
  });

  it.each([
    [429, 'rate-limited', '7200', noon + 120 * minute],
    [429, 'rate-limited', '999999', noon + 1440 * minute],
    [503, 'ca-error', '999999', noon + 1440 * minute],
  ])('tells how long a CA that answers %d as %s with Retry-After %s is to be left alone', async (...row) => {
    const [status, code, retryAfter, notBefore] = row;
    const attempt = ask('', { 'retry-after': retryAfter }, status);
    await expect(attempt).rejects.toMatchObject({ code, notBefore });
  });

  it('is kept from its question for a day at the most by a limit on the directory', async () => {
    const bench = await openBench({
      intercept: resource =>
        resource === 'dir' ? { status: 429, headers: { 'retry-after': '999999' } } : null,
    });
    const attempt = bench.issuer.renewalInfo('aki.serial', bench.signal);
    await expect(attempt).rejects.toMatchObject({ code: 'rate-limited', notBefore: noon + 1440 * minute });
  });

  it('reads the directory again after an hour', async () => {
    const bench = await openBench({ renewalInfo: () => ({ body: `{${window}}` }) });
    const at = async (ms: number) => {
      bench.clock.at = noon + ms;
      await bench.issuer.renewalInfo('aki.serial', bench.signal);
      return bench.requests.filter(kind => kind === 'directory').length;
    };
    expect([await at(0), await at(60 * minute - 1), await at(60 * minute), await at(0)]).toEqual([
      1, 1, 2, 3,
    ]);
  });
});
