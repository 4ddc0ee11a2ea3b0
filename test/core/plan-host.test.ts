import { describe, expect, it } from 'vitest';
import { type HostChange, ownHost } from '../../src/core/host/host-change.ts';
import type { Observed, Target } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import { at, hour, makeObserved, makeOrder, makeRevocation, makeTarget } from '../support/make-observed.ts';

/** Two thirds of the lifetime have passed on 2026-03-02. */
const now = at('2026-01-20');
const target = makeTarget();
const hold = makeTarget({ onClone: 'hold' });

const waiting: HostChange = {
  cause: { source: 'machine-id', from: 'a', to: 'b' },
  changedAt: now - hour,
  renewAt: now + hour,
  phase: 'waiting',
  facts: [],
};
const on = (change: HostChange | null, copied: string | null = null, more: Partial<Observed> = {}) =>
  makeObserved({ host: { ...ownHost, change, copied }, ...more });
const issueOf = (wanted: Target, seen: Observed, moment = now) =>
  planFor(wanted, seen, 'nothing', moment).issue;

const text = 'its account and key are those of another host: its machine-id has changed';

describe('a copy', () => {
  it('is renewed at the moment that was drawn, and the daemon wakes for it', () => {
    expect(issueOf(target, on(waiting))).toEqual({
      kind: 'later',
      moment: { source: 'cloned', renewAt: now + hour, window: null },
    });
    expect(planFor(target, on(waiting), 'nothing', now).wakeAt).toBe(now + hour);
    expect(issueOf(target, on(waiting), now + hour)).toEqual({
      kind: 'now',
      reason: { code: 'cloned', text },
    });
  });

  it('that is due before is renewed then', () => {
    const due = at('2026-03-02');
    expect(issueOf(target, on({ ...waiting, renewAt: due + hour }), due)).toMatchObject({
      kind: 'now',
      reason: { code: 'renewal-due' },
    });
  });

  it('has no order that would be taken up', () => {
    expect(issueOf(target, on(waiting, null, { order: makeOrder() }))).toMatchObject({ kind: 'later' });
    expect(issueOf(target, on(null, null, { order: makeOrder() }))).toMatchObject({
      reason: { code: 'order-under-way' },
    });
  });

  it('is due until another generation is there', () => {
    const replacing: HostChange = { ...waiting, phase: 'replacing' };
    expect(issueOf(target, on(replacing, '0001-11223344'))).toMatchObject({
      kind: 'now',
      reason: { code: 'cloned', text },
    });
    expect(issueOf(target, on(replacing, '0000-00000000'))).toMatchObject({ kind: 'later' });
    expect(issueOf(target, on(replacing))).toMatchObject({ kind: 'later' });
  });

  it('that was revoked for good is replaced by nobody', () => {
    const revoked = [makeRevocation({ replace: false })];
    const seen = on({ ...waiting, phase: 'replacing' }, '0001-11223344', { revoked });
    expect(issueOf(target, seen)).toMatchObject({ kind: 'revoked' });
  });

  it('leaves the last order of a week to what cannot wait', () => {
    const orders = [1, 2, 3, 4].map(days => ({
      at: now - days * 24 * hour,
      domains: ['a.example'],
    }));
    const seen = makeObserved({
      host: { ...ownHost, change: { ...waiting, phase: 'clearing' } },
      issuer: { orders },
    });
    expect(issueOf(target, seen)).toMatchObject({ kind: 'held', by: 'limit' });
    const due = at('2026-03-02');
    const late = makeObserved({
      host: { ...ownHost, change: { ...waiting, phase: 'clearing' } },
      issuer: { orders: orders.map(order => ({ ...order, at: order.at + due - now })) },
    });
    expect(issueOf(target, late, due)).toMatchObject({ kind: 'now', reason: { code: 'cloned' } });
  });

  it('is said to be asked for where a person has', () => {
    const seen = on({ ...waiting, cause: null, phase: 'replacing' }, '0001-11223344');
    expect(issueOf(target, seen)).toMatchObject({
      reason: { text: 'a new account and a new key were asked for by `certd account replace`' },
    });
  });
});

describe('with `on_clone: hold`', () => {
  it('nothing is ordered before somebody has answered, due or not', () => {
    expect(issueOf(hold, on(waiting))).toEqual({ kind: 'asks', reason: { code: 'cloned', text } });
    expect(issueOf(hold, on(waiting), at('2026-03-30'))).toMatchObject({ kind: 'asks' });
    expect(planFor(hold, on(waiting), 'forced', now).issue).toMatchObject({
      kind: 'asks',
      reason: { code: 'forced' },
    });
    const none = makeObserved({ issued: [], host: { ...ownHost, change: waiting } });
    expect(issueOf(hold, none)).toMatchObject({ kind: 'asks', reason: { code: 'no-certificate' } });
  });

  it('what was answered goes on', () => {
    expect(issueOf(hold, on({ ...waiting, phase: 'clearing' }))).toMatchObject({ kind: 'now' });
    expect(issueOf(hold, on(null))).toMatchObject({ kind: 'later' });
  });

  it('a deploy that is owed does not wait', () => {
    const seen = makeObserved({ host: { ...ownHost, change: waiting }, deploy: { deployed: null } });
    expect(planFor(hold, seen, 'nothing', now).deploy).toMatchObject({ kind: 'now' });
  });
});

it('where the record cannot be used nothing is ordered, and what is owed is deployed', () => {
  const fault = { code: 'state-corrupt', message: 'issuer/identity.json cannot be used' } as const;
  const seen = makeObserved({ host: { ...ownHost, fault }, deploy: { deployed: null } });
  expect(planFor(target, seen, 'forced', now)).toMatchObject({
    issue: { kind: 'blocked', ...fault },
    deploy: { kind: 'now' },
  });
});
