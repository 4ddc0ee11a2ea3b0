import { expect, it } from 'vitest';
import { type HostChange, ownHost } from '../../../src/core/host/host-change.ts';
import type { OnClone } from '../../../src/core/model.ts';
import { hostProblems } from '../../../src/core/status/host-problem.ts';
import { at, makeObserved, makeRevocation, makeTarget } from '../../support/make-observed.ts';

const change: HostChange = {
  cause: { source: 'dmi', from: 'i-0a', to: 'i-0b' },
  changedAt: at('2026-03-01T10:00Z'),
  renewAt: at('2026-03-01T12:30Z'),
  phase: 'waiting',
  facts: [],
};
const names = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'];
const targets = (onClone: OnClone) => names.map(name => makeTarget({ name, onClone }));

function problemsOf(now: HostChange | null, onClone: OnClone = 'renew', copied = names) {
  const copies = copied.map(name => ({ name, generation: '0001-11223344' }));
  const seen = (name: string) =>
    makeObserved({
      name,
      host: { ...ownHost, change: now, copied: copied.includes(name) ? '0001-11223344' : null },
    });
  const record = { facts: [], change: now, copied: copies };
  return hostProblems({ record, fault: null }, targets(onClone), seen);
}

const messageOf = (...args: Parameters<typeof problemsOf>) =>
  problemsOf(...args).map(({ message }) => message);

it('is a warning that says what has changed, since when, and what will happen when', () => {
  expect(problemsOf(change)).toEqual([
    {
      code: 'host-changed',
      level: 'warning',
      certificate: null,
      message:
        'this is another host than before: its DMI identity was i-0a and is i-0b; at 2026-03-01T12:30:00.000Z, or before where a certificate is due, certd takes new accounts and gives every certificate a new key',
      since: '2026-03-01T10:00:00.000Z',
    },
  ]);
});

it('asks where nothing is done without an answer', () => {
  expect(messageOf(change, 'hold')).toEqual([
    'this is another host than before: its DMI identity was i-0a and is i-0b; nothing is ordered until somebody answers: `certd account keep` where this is the same host, `certd account replace` where it is a copy',
  ]);
});

it('names what is left to do, until nothing is', () => {
  const replacing: HostChange = { ...change, phase: 'replacing' };
  expect(messageOf(replacing, 'hold', ['b.example'])).toEqual([
    'this is another host than before: its DMI identity was i-0a and is i-0b; the accounts are new; still to get a new key: b.example',
  ]);
  expect(messageOf({ ...replacing, cause: null })).toEqual([
    '`certd account replace` asked for new accounts and keys; the accounts are new; still to get a new key: a.example, b.example, c.example and 2 more',
  ]);
  expect(messageOf(replacing, 'renew', [])).toEqual([]);
  expect(messageOf(null)).toEqual([]);
  expect(hostProblems({ record: null, fault: null }, [], () => makeObserved())).toEqual([]);
});

it('does not wait for one that was revoked for good', () => {
  const replacing: HostChange = { ...change, phase: 'replacing' };
  const revoked = [makeRevocation({ replace: false })];
  const seen = () =>
    makeObserved({ host: { ...ownHost, change: replacing, copied: '0001-11223344' }, revoked });
  const record = { facts: [], change: replacing, copied: [] };
  expect(hostProblems({ record, fault: null }, [makeTarget()], seen)).toEqual([]);
});

it('is critical where nobody can tell whose accounts they are', () => {
  const fault = { code: 'state-corrupt', message: 'issuer/identity.json cannot be used' } as const;
  expect(hostProblems({ record: null, fault }, [], () => makeObserved())).toEqual([
    { ...fault, level: 'critical', certificate: null, since: null },
  ]);
});
