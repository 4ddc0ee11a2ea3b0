import { expect, it } from 'vitest';
import { afterIssues, type HostRecord, hostSeen, ownHost } from '../../../src/core/host/host-change.ts';
import { copiesLeft, namesToReplace, newestOfAll } from '../../../src/core/host/host-duty.ts';
import type { Observed } from '../../../src/core/model.ts';
import { makeGeneration, makeObserved, makeRevocation, makeTarget } from '../../support/make-observed.ts';

const generation = (id: string) => makeGeneration({ id });
const copied = [
  { name: 'a.example', generation: '0002-00000002' },
  { name: 'b.example', generation: '0001-00000001' },
];
/** `a.example` still has its copy, `b.example` was issued anew, `c.example` was never issued. */
const onDisk: Readonly<Record<string, Observed>> = {
  'a.example': makeObserved({
    name: 'a.example',
    issued: [generation('0001-aaaaaaaa'), generation('0002-00000002')],
    host: { ...ownHost, copied: '0002-00000002' },
  }),
  'b.example': makeObserved({
    name: 'b.example',
    issued: [generation('0001-00000001'), generation('0002-bbbbbbbb')],
    host: { ...ownHost, copied: '0001-00000001' },
  }),
  'c.example': makeObserved({ name: 'c.example', issued: [] }),
};
const seen = (name: string): Observed => onDisk[name] ?? makeObserved({ name, issued: [] });

it('the copies are the newest generation of each name that has one', () => {
  expect(newestOfAll(Object.values(onDisk))).toEqual([
    { name: 'a.example', generation: '0002-00000002' },
    { name: 'b.example', generation: '0002-bbbbbbbb' },
  ]);
});

it('a copy is left as long as nothing newer was issued', () => {
  expect(copiesLeft(copied, seen)).toEqual([{ name: 'a.example', generation: '0002-00000002' }]);
});

it('what the configuration names is replaced, but for what is no copy, not there, or revoked for good', () => {
  const targets = ['a.example', 'b.example', 'c.example'].map(name => makeTarget({ name }));
  expect(namesToReplace(targets, seen)).toEqual(['a.example']);
  const revoked = makeRevocation({ generation: '0002-00000002', replace: false });
  const forGood = (name: string) => ({ ...seen(name), revoked: [revoked] });
  expect(namesToReplace(targets, forGood)).toEqual([]);
});

it('once all that is wanted was issued the change is over, and the copies of other names are remembered', () => {
  const facts = [{ source: 'machine-id', file: '/etc/machine-id', value: 'b' } as const];
  const change = {
    cause: null,
    changedAt: 0,
    renewAt: 0,
    phase: 'replacing',
    facts: [],
  } as const;
  const record: HostRecord = { facts, change, copied };
  const left = [{ name: 'b.example', generation: '0001-00000001' }];
  expect(afterIssues(record, left)).toEqual({ facts, change: null, copied: left });
});

it('a name knows its own copy and none of another', () => {
  const record: HostRecord = { facts: [], change: null, copied };
  expect(hostSeen(record, 'b.example')).toEqual({ change: null, copied: '0001-00000001', fault: null });
  expect(hostSeen(record, 'c.example')).toEqual({ change: null, copied: null, fault: null });
  expect(hostSeen(null, 'b.example')).toEqual({ change: null, copied: null, fault: null });
});
