import { describe, expect, it } from 'vitest';
import { walkFrom } from '../../../src/doctor/sites/challenge-walk.ts';
import { makeNameTools } from '../../support/make-name-tools.ts';
import { elsewhere, found, here, here6 } from '../../support/make-seen-names.ts';

const start = 'http://a.example/.well-known/acme-challenge/…';
const secure = 'https://a.example/.well-known/acme-challenge/…';

/** A walk for `a.example` from its IPv4 address on. */
async function walk(zone: Parameters<typeof makeNameTools>[0], address = here, port = 80) {
  const tools = makeNameTools(zone);
  const isOwn = (host: string) => host === 'a.example' || host === 'inner.example';
  const { end, urls, later } = await walkFrom('a.example', address, { port, isOwn }, tools);
  return { end, later, urls: urls.map(url => url.replace(/TOKEN$/, '…')), asked: tools.asked };
}

describe('walkFrom', () => {
  it('asks the very address, by the name, for a token that nobody has', async () => {
    expect(await walk({ answers: { [start]: 404 } })).toEqual({
      end: { kind: 'answer', status: 404 },
      later: [],
      urls: [start],
      asked: [`connect ${here} 80`, `GET ${start} at ${here}`],
    });
  });

  it('stays at its address where a redirect leads to https of the same name', async () => {
    const { end, asked } = await walk(
      { answers: { [start]: secure.replace('…', 'TOKEN'), [secure]: 404 } },
      here6,
    );
    expect(end).toEqual({ kind: 'answer', status: 404 });
    expect(asked.slice(2)).toEqual([`connect ${here6} 443`, `GET ${secure} at ${here6}`]);
  });

  it('looks another name up, and takes IPv6 where that can be had', async () => {
    const zone = {
      ipv4: { 'b.example': found(elsewhere) },
      ipv6: { 'b.example': found('2620:fe::20') },
      answers: { [start]: 'http://b.example/x', 'http://b.example/x': 404 },
    };
    expect((await walk(zone)).asked.at(-1)).toBe('GET http://b.example/x at 2620:fe::20');
    const dead = { ...zone, refused: { '2620:fe::20 80': 'ENETUNREACH' } };
    expect((await walk(dead)).asked.at(-1)).toBe(`GET http://b.example/x at ${elsewhere}`);
    expect((await walk(dead)).later).toEqual([elsewhere]);
  });

  it.each([
    ['a relative path', '/x', 'http://a.example/x'],
    ['a path without a scheme', '//a.example/x', 'http://a.example/x'],
    ['one with a fragment', 'http://a.example/x#y', 'http://a.example/x'],
  ])('reads %s', async (_, location, url) => {
    expect((await walk({ answers: { [start]: location, [url]: 404 } })).urls).toEqual([start, url]);
  });

  it.each([
    ['another port', 'http://a.example:8080/', 'to port 8080; only 80 and 443 are followed'],
    ['another scheme', 'ftp://a.example/', 'to a URL of ftp:'],
    ['no URL', 'http://', 'to no URL'],
    ['an endless path', `/${'x'.repeat(2000)}`, 'to a path of more than 2000 bytes'],
    ['the loopback address', 'http://127.0.0.1/', 'to 127.0.0.1, which is no address of the internet'],
    ['an address of the metadata service', 'http://169.254.169.254/', /^to 169\.254\.169\.254/],
    ['an address in other digits', 'http://0x7f000001/', /^to 127\.0\.0\.1/],
    ['an inner IPv6 address', 'http://[fd00:ec2::254]/', /^to fd00:ec2::254/],
  ])('does not follow a redirect to %s', async (_, location, why) => {
    const { end, asked } = await walk({ answers: { [start]: location } });
    expect(end).toMatchObject({ kind: 'bad-redirect', why: expect.stringMatching(why) });
    expect(asked).toHaveLength(2);
  });

  it('does not ask a strange host at an inner address, but one of the configuration', async () => {
    const answers = { [start]: 'http://b.example/', 'http://inner.example/': 404 };
    const { end, asked } = await walk({ answers, ipv4: { 'b.example': found('10.0.0.1') } });
    expect(end).toEqual({ kind: 'inner-host', host: 'b.example', address: '10.0.0.1' });
    expect(asked.at(-1)).toMatch(/^A /);
    const own = {
      answers: { ...answers, [start]: 'http://inner.example/' },
      ipv4: { 'inner.example': found('10.0.0.1') },
    };
    expect((await walk(own)).end).toEqual({ kind: 'answer', status: 404 });
  });

  it('says where a redirect leads to no host', async () => {
    expect((await walk({ answers: { [start]: 'http://b.example/' } })).end).toEqual({
      kind: 'no-host',
      host: 'b.example',
      answer: { kind: 'none', why: 'no-name' },
    });
  });

  it('notices a circle at once, and gives up after ten redirects', async () => {
    const circle = { [start]: '/x', 'http://a.example/x': '/y', 'http://a.example/y': '/x' };
    expect(await walk({ answers: circle })).toMatchObject({ end: { kind: 'loop' } });
    const path = (count: number) => `http://a.example/${count}`;
    const long = Object.fromEntries(Array.from({ length: 12 }, (_, count) => [path(count), `/${count + 1}`]));
    const { end, urls } = await walk({ answers: { ...long, [start]: '/1' } });
    expect(end).toEqual({ kind: 'too-long' });
    expect(urls).toHaveLength(12);
    const ten = { ...long, [start]: '/1', [path(10)]: 404 };
    expect((await walk({ answers: ten })).end).toEqual({ kind: 'answer', status: 404 });
  });

  it('takes other statuses, and a redirect that leads nowhere, as they are', async () => {
    const nowhere = { status: 302, location: null };
    expect((await walk({ answers: { [start]: nowhere } })).end).toEqual({ kind: 'answer', status: 302 });
    const choices = { status: 300, location: '/x' };
    expect((await walk({ answers: { [start]: choices } })).end).toEqual({ kind: 'answer', status: 300 });
  });

  it('tells no connection from no answer, behind a redirect, too', async () => {
    expect((await walk({ refused: { [`${here} 80`]: 'ECONNREFUSED' } })).end).toEqual({
      kind: 'no-connection',
      code: 'ECONNREFUSED',
    });
    const broken = { [start]: { code: 'ECONNRESET' } };
    expect((await walk({ answers: broken })).end).toEqual({ kind: 'no-answer', code: 'ECONNRESET' });
    const refused = { [`${here} 443`]: 'ETIMEDOUT' };
    expect((await walk({ answers: { [start]: 'https://a.example/' }, refused })).end).toEqual({
      kind: 'no-connection',
      code: 'ETIMEDOUT',
    });
  });

  it('begins at the port of the CA, which may be led back to', async () => {
    const first = start.replace('a.example', 'a.example:5002');
    const answers = { [first]: 'http://a.example:5002/x', 'http://a.example:5002/x': 404 };
    expect((await walk({ answers }, here, 5002)).end).toEqual({ kind: 'answer', status: 404 });
  });
});
