import { describe, expect, it } from 'vitest';
import {
  asked,
  cleared,
  clearing,
  type HostChange,
  type HostRecord,
  isCopyDue,
  kept,
  ownHost,
  recordAfterLook,
  untouched,
} from '../../../src/core/host/host-change.ts';
import type { HostFact } from '../../../src/core/host/host-identity.ts';
import { at, day, hour } from '../../support/make-observed.ts';

const now = at('2026-03-01');
const fact = (value: string): HostFact => ({ source: 'machine-id', file: '/etc/machine-id', value });
const original = [fact('a')];
const copy = [fact('b')];
const other = [fact('c')];

const own: HostRecord = { facts: original, change: null, copied: [] };
const look = (record: HostRecord | null, facts: readonly HostFact[], draw = 0.5, shortestLeft = 90 * day) =>
  recordAfterLook(record, facts, { now, draw, shortestLeft });

const waiting: HostChange = {
  cause: { source: 'machine-id', from: 'a', to: 'b' },
  changedAt: now,
  renewAt: now + 3 * hour,
  phase: 'waiting',
  facts: copy,
};

it('the first look is written down, and nothing follows from it', () => {
  expect(look(null, original)).toEqual({ news: 'first', record: own });
  expect(look(own, original)).toBeNull();
  expect(look(null, [])).toBeNull();
  expect(look(own, [])).toBeNull();
});

it('what the host has come to say besides is added', () => {
  const more: HostFact = { source: 'cloud-init', file: '/var/lib/cloud/data/instance-id', value: 'i-1' };
  expect(look(own, [more, ...original])).toEqual({
    news: 'more',
    record: { ...own, facts: [more, ...original] },
  });
});

it('another host is a change, with a moment within six hours, and nothing else is touched', () => {
  expect(look(own, copy)).toEqual({ news: 'changed', record: { ...own, change: waiting } });
});

it('the moment comes before a tenth of what is left has passed', () => {
  const renewAt = (left: number | null) =>
    recordAfterLook(own, copy, { now, draw: 0.5, shortestLeft: left })?.record.change?.renewAt;
  expect(renewAt(10 * hour)).toBe(now + 0.5 * hour);
  expect(renewAt(-day)).toBe(now);
  expect(renewAt(null)).toBe(now + 3 * hour);
});

describe('a change that waits', () => {
  const record: HostRecord = { ...own, change: waiting };

  it('keeps its moment at the next start', () => {
    expect(look(record, copy, 0.9)).toBeNull();
    expect(look(record, [])).toBeNull();
  });

  it('is forgotten on the host that the state was made on', () => {
    expect(look(record, original)).toEqual({ news: 'changed-back', record: own });
  });

  it('is drawn anew on a third host', () => {
    const change = { ...waiting, cause: { source: 'machine-id', from: 'b', to: 'c' }, facts: other };
    expect(look(record, other, 0.9)).toEqual({
      news: 'changed',
      record: { ...own, change: { ...change, renewAt: now + 5.4 * hour } },
    });
  });

  it('is over where a person says that it is the same host', () => {
    const change = untouched(record);
    expect(change === null ? null : kept(change)).toEqual({ ...own, facts: copy });
  });
});

describe('a change that has begun', () => {
  const begun = clearing({ ...own, change: waiting }, now + hour);

  it('is ended on whatever host', () => {
    expect(begun.change).toEqual({ ...waiting, renewAt: now + hour, phase: 'clearing' });
    expect(look(begun, original)?.record.change?.phase).toBe('clearing');
    expect(look(begun, copy)).toBeNull();
  });

  it('makes the record that of this host', () => {
    const copied = [{ name: 'a.example', generation: '0001-11223344' }];
    const record = cleared(begun, copied);
    expect(record).toEqual({ facts: copy, change: { ...begun.change, phase: 'replacing' }, copied });
    expect(untouched(record)).toBeNull();
    expect(look(record, copy)).toBeNull();
  });

  it('is followed by another where that state is copied again', () => {
    const record = cleared(begun, []);
    expect(look(record, other)?.record).toMatchObject({
      facts: copy,
      change: { phase: 'waiting', cause: { from: 'b', to: 'c' } },
    });
  });
});

describe('what a person asks for', () => {
  it('begins at once, without another host', () => {
    const change = { cause: null, changedAt: now, renewAt: now, phase: 'clearing', facts: original };
    expect(asked(own, now)).toEqual({ ...own, change });
    expect(asked(null, now)).toEqual({ facts: [], change: { ...change, facts: [] }, copied: [] });
  });

  it('begins at once what waits', () => {
    expect(asked({ ...own, change: waiting }, now + hour).change).toEqual({
      ...waiting,
      renewAt: now + hour,
      phase: 'clearing',
    });
  });

  it('is a change of its own after one that is nearly over', () => {
    const replacing = cleared(clearing({ ...own, change: waiting }, now), []);
    expect(asked(replacing, now + hour).change).toMatchObject({ cause: null, changedAt: now + hour });
  });
});

describe('a copy is due', () => {
  const due = (change: HostChange | null, copied: string | null, moment = now) =>
    isCopyDue({ ...ownHost, change, copied }, 'newest', moment);

  it('from the moment on, and not before', () => {
    expect(due(waiting, null, now + 3 * hour - 1)).toBe(false);
    expect(due(waiting, null, now + 3 * hour)).toBe(true);
    expect(due({ ...waiting, phase: 'clearing' }, null)).toBe(true);
  });

  it('where the moment was written by a clock that ran ahead', () => {
    expect(due({ ...waiting, renewAt: now + day }, null)).toBe(true);
  });

  it('as long as it is the newest, and never before there is one', () => {
    expect(due({ ...waiting, phase: 'replacing' }, 'newest')).toBe(true);
    expect(due({ ...waiting, phase: 'replacing' }, 'older')).toBe(false);
    expect(due(null, 'newest')).toBe(true);
    expect(due(null, null)).toBe(false);
  });
});

it('a hundred copies that start together go to their CA spread over six hours', () => {
  let state = 20_261_128;
  // The generator of Numerical Recipes: chance that is the same in each run.
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const moments = Array.from({ length: 100 }, () => {
    const renewAt = look(own, copy, draw())?.record.change?.renewAt ?? Number.NaN;
    return renewAt - now;
  });
  expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...moments)).toBeLessThan(6 * hour);
  for (let begin = 0; begin < 6; begin += 1) {
    const within = moments.filter(each => each >= begin * hour && each < (begin + 1) * hour).length;
    expect(within, `in hour ${begin}`).toBeGreaterThan(5);
    expect(within, `in hour ${begin}`).toBeLessThan(30);
  }
});
