import { beforeAll, describe, expect, it } from 'vitest';
import type { Download } from '../../src/core/ports.ts';
import { splitChain } from '../../src/x509/pem.ts';
import { makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';
import { type Bench, openBench } from './harness.ts';

let others: readonly TestCa[];

beforeAll(async () => {
  others = await Promise.all(['first', 'second', 'third'].map(name => makeCa(name)));
});

/** The leaf of a chain with one of the other CAs above it. */
const under = (index: number) => (chain: string) => splitChain(chain)[0] + others[index]?.pem;

async function downloadFrom(bench: Bench): Promise<Download> {
  return bench.download(await bench.order('a.example'), ['a.example']);
}

/** What stands above the leaf of each alternate chain. */
async function chainsAbove({ alternates }: Download): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const pem of alternates()) found.push(splitChain(pem).slice(1).join(''));
  return found;
}

describe('the chains beside the default one', () => {
  it('are fetched only when they are asked for, one after the other', async () => {
    const bench = await openBench({ alternates: [under(0), under(1), under(2)] });
    const download = await downloadFrom(bench);
    expect(splitChain(download.chainPem)[1]).toBe(bench.ca.issuer.pem);
    const asked = () => bench.ca.log.filter(line => line === 'POST cert').length;
    expect(asked()).toBe(1);
    const [second] = [await download.alternates()[Symbol.asyncIterator]().next()];
    expect(second).toEqual({ done: false, value: under(0)(download.chainPem) });
    expect(asked()).toBe(2);
    expect(await chainsAbove(download)).toEqual(others.map(({ pem }) => pem));
    expect(asked()).toBe(5);
    expect(bench.warnings).toEqual([]);
  });

  it.each<[string, (urls: readonly string[]) => readonly string[]]>([
    ['in one field', urls => [urls.map(url => `<${url}>;rel="alternate"`).join(', ')]],
    [
      'in a field each, among others',
      urls => ['<x>;rel="up"', ...urls.map(url => `<${url}>; rel=alternate`)],
    ],
    ['relative to the certificate', urls => urls.map((_, index) => `<0/${index}>;rel="alternate"`)],
    ['twice', urls => [...urls, ...urls].map(url => `<${url}>;rel="alternate"`)],
  ])('are found %s', async (_, links) => {
    const bench = await openBench({ alternates: [under(0), under(1)], links });
    expect(await chainsAbove(await downloadFrom(bench))).toEqual([others[0]?.pem, others[1]?.pem]);
    expect(bench.warnings).toEqual([]);
  });

  it('are none where the CA names none', async () => {
    const bench = await openBench();
    expect(await chainsAbove(await downloadFrom(bench))).toEqual([]);
  });

  it('are ten at the most', async () => {
    const bench = await openBench({ alternates: Array.from({ length: 30 }, () => under(0)) });
    expect(await chainsAbove(await downloadFrom(bench))).toHaveLength(10);
  });
});

describe('a chain that cannot be had is left out with a warning', () => {
  it.each<[string, string, RegExp]>([
    ['an error page', '<html>', /The CA sent no PEM chain/],
    ['nothing', '', /The CA sent no PEM chain/],
  ])('%s in its place', async (_, body, words) => {
    const bench = await openBench({ alternates: [() => body, under(1)] });
    expect(await chainsAbove(await downloadFrom(bench))).toEqual([others[1]?.pem]);
    expect(bench.warnings).toMatchObject([{ code: 'ca-malformed', message: expect.stringMatching(words) }]);
    expect(bench.warnings[0]?.message).toMatch(/^Another chain that the CA offers cannot be had: /);
  });

  it('one of another certificate', async () => {
    const { pem } = await makeLeaf(await makeCa('stranger'), { domains: ['a.example'] });
    const bench = await openBench({ alternates: [() => pem, under(1)] });
    expect(await chainsAbove(await downloadFrom(bench))).toEqual([others[1]?.pem]);
    expect(bench.warnings).toMatchObject([
      { code: 'ca-malformed', message: expect.stringContaining('It is for another certificate.') },
    ]);
  });

  it.each<[string, string]>([
    ['http://ca.test/cert/1', 'ca-malformed'],
    ['https://127.0.0.1:1/cert/1', 'ca-unreachable'],
    ['https:// no URL', 'ca-malformed'],
  ])('one at %s', async (url, code) => {
    const links = (urls: readonly string[]) => [url, ...urls].map(each => `<${each}>;rel="alternate"`);
    const bench = await openBench({ alternates: [under(0)], links });
    expect(await chainsAbove(await downloadFrom(bench))).toEqual([others[0]?.pem]);
    expect(bench.warnings).toMatchObject([{ code }]);
  });

  it.each([404, 500, 503])('one that is answered with %d', async status => {
    const bench = await openBench({ alternates: [under(0), under(1)] });
    bench.ca.behaviour.intercept = (resource, count) =>
      resource === 'cert' && count === 2 ? { status } : null;
    expect(await chainsAbove(await downloadFrom(bench))).toEqual([others[1]?.pem]);
    expect(bench.warnings).toHaveLength(1);
  });

  it('but a stop is a stop', async () => {
    const stop = new AbortController();
    const bench = await openBench({ alternates: [under(0)] });
    const download = await bench.download(await bench.order('a.example'), ['a.example'], stop.signal);
    stop.abort();
    await expect(chainsAbove(download)).rejects.toMatchObject({ code: 'stopped' });
    expect(bench.warnings).toEqual([]);
  });
});
