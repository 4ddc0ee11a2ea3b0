import { expect, it } from 'vitest';
import { lookAtNames } from '../../../src/doctor/names/look-at-names.ts';
import { makeNameTools } from '../../support/make-name-tools.ts';
import { found, here, here6, noRecord } from '../../support/make-seen-names.ts';

const open = new AbortController().signal;
const issue = { flags: 0, tag: 'issue', value: 'letsencrypt.org' };
const path = '/.well-known/acme-challenge/…';

function look(domains: readonly string[], tools: ReturnType<typeof makeNameTools>, limit = open) {
  return lookAtNames(domains, () => 80, tools, limit);
}

it('each name is looked at once, by both families and for CAA, in the order of the configuration', async () => {
  const tools = makeNameTools({
    ipv4: { 'a.example': found(here), 'b.example': found(here) },
    ipv6: { 'a.example': found(here6), 'b.example': noRecord },
    answers: { [`http://a.example${path}`]: 404, [`http://b.example${path}`]: 404 },
  });
  const names = await look(['b.example', 'a.example', 'b.example'], tools);
  expect([...names.keys()]).toEqual(['b.example', 'a.example']);
  expect(names.get('a.example')).toMatchObject({
    ipv4: found(here),
    walks4: [{ address: here, end: { kind: 'answer', status: 404 } }],
    walks6: [{ address: here6, end: { kind: 'answer', status: 404 } }],
    caa: { kind: 'none' },
  });
  expect(names.get('b.example')).toMatchObject({ ipv6: noRecord, walks6: [] });
  expect(tools.asked.filter(each => each === 'A b.example')).toHaveLength(1);
});

it('an IP address is asked without a name server', async () => {
  const tools = makeNameTools({
    answers: { [`http://9.9.9.10${path}`]: 404, [`http://[2620:fe::10]${path}`]: 404 },
  });
  const names = await look([here, here6], tools);
  expect(names.get(here)).toMatchObject({ ipv4: found(here), ipv6: noRecord, caa: null });
  expect(names.get(here6)).toMatchObject({ ipv4: noRecord, ipv6: found(here6), caa: null });
  expect(tools.asked.filter(each => !/^(connect|GET)/.test(each))).toEqual([]);
});

it('CAA records of the nearest name count, and each name above is asked for once', async () => {
  const tools = makeNameTools({
    caa: {
      example: { kind: 'found', values: [{ ...issue, value: ';' }] },
      'zone.example': { kind: 'found', values: [issue] },
    },
  });
  const names = await look(['a.b.zone.example', 'zone.example', 'c.example'], tools);
  const zone = { kind: 'found', at: 'zone.example', records: [issue] };
  expect(names.get('a.b.zone.example')?.caa).toEqual(zone);
  expect(names.get('zone.example')?.caa).toEqual(zone);
  expect(names.get('c.example')?.caa).toMatchObject({ at: 'example' });
  expect(tools.asked.filter(each => each.startsWith('CAA')).sort()).toEqual([
    'CAA a.b.zone.example',
    'CAA b.zone.example',
    'CAA c.example',
    'CAA example',
    'CAA zone.example',
  ]);
});

it('a question for CAA that fails counts before records further up, and not before nearer ones', async () => {
  const failed = { kind: 'failed', why: 'SERVFAIL' } as const;
  const records = { kind: 'found', values: [issue] } as const;
  const caa = { 'b.example': failed, example: records, 'c.d.example': records, 'd.example': failed };
  const names = await look(['a.b.example', 'c.d.example'], makeNameTools({ caa }));
  expect(names.get('a.b.example')?.caa).toEqual({ kind: 'failed', at: 'b.example', why: 'SERVFAIL' });
  expect(names.get('c.d.example')?.caa).toMatchObject({ kind: 'found', at: 'c.d.example' });
});

it('what was not looked at in time is not taken for silence', async () => {
  const tools = makeNameTools({});
  const limit = new AbortController();
  const ipv4 = async () => {
    limit.abort();
    return { kind: 'failed', why: 'silence' } as const;
  };
  const late = { ...tools, ipv4 };
  const names = await lookAtNames(['a.example'], () => 80, late, limit.signal);
  expect([...names]).toEqual([['a.example', null]]);
  expect([...(await look(['b.example'], tools, AbortSignal.abort()))]).toEqual([['b.example', null]]);
  expect(tools.asked).not.toContain('A b.example');
});
