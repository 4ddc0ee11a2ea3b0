import { describe, expect, it } from 'vitest';
import { deployTarget } from '../../src/core/deploy/deploy-verdict.ts';
import { attemptKey } from '../../src/core/issue/attempt-key.ts';
import type { Asked } from '../../src/core/issue/due.ts';
import { firstIssuerState, type Observed, type OrderUnderWay, type Target } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import {
  at,
  day,
  makeChoice,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeOrder,
  makeTarget,
  makeTrouble,
  makeWindow,
} from '../support/make-observed.ts';

const plan = (seen: Observed, now: string, asked: Asked = 'nothing', target: Target = makeTarget()) =>
  planFor(target, seen, asked, at(now));

const later = { kind: 'later', moment: { source: 'lifetime', renewAt: at('2026-03-02'), window: null } };

it('with everything done there is nothing to do until the renewal, or the next question about the window', () => {
  const seen = makeObserved({ issuer: { windowCheckAt: at('2026-01-15T06:00Z') } });
  expect(plan(seen, '2026-01-15')).toEqual({
    name: 'a.example',
    ca: makeChoice(),
    issue: later,
    askWindow: false,
    revoke: null,
    deploy: { kind: 'none' },
    look: false,
    after: { kind: 'none' },
    pending: [],
    wakeAt: at('2026-01-15T06:00Z'),
  });
});

it('without anything on disk: order now, nothing to deploy, nothing to wake for', () => {
  expect(plan(makeObserved({ issued: [] }), '2026-01-15')).toEqual({
    name: 'a.example',
    ca: makeChoice(),
    issue: { kind: 'now', reason: { code: 'no-certificate', text: 'there is no certificate yet' } },
    askWindow: false,
    revoke: null,
    deploy: { kind: 'none' },
    look: false,
    after: { kind: 'none' },
    pending: [],
    wakeAt: null,
  });
});

it('a state file that cannot be read stops everything for the certificate, whatever is asked', () => {
  const damage = { code: 'generation-damaged', message: 'spoiled', blocking: false } as const;
  const corrupt = { code: 'state-corrupt', message: 'x.json cannot be used', blocking: true } as const;
  const blocked = { kind: 'blocked', code: 'state-corrupt', message: 'x.json cannot be used' };
  const seen = makeObserved({ issued: [], faults: [damage, corrupt] });
  const none = { kind: 'none' };
  const nothing = { askWindow: false, revoke: null, look: false, after: none, pending: [], wakeAt: null };
  for (const asked of ['nothing', 'forced'] as const) {
    expect(plan(seen, '2099-01-01', asked)).toEqual({
      name: 'a.example',
      ca: makeChoice(),
      issue: blocked,
      deploy: blocked,
      ...nothing,
    });
  }
});

it('a damaged generation alone stops nothing', () => {
  const damage = { code: 'generation-damaged', message: 'spoiled', blocking: false } as const;
  expect(plan(makeObserved({ issued: [], faults: [damage] }), '2026-01-15').issue.kind).toBe('now');
});

it('tells what waits for the next renewal', () => {
  const verdict = plan(makeObserved(), '2026-01-15', 'nothing', makeTarget({ keyType: 'rsa-4096' }));
  expect(verdict).toMatchObject({ issue: later, pending: ['key type: rsa-4096'] });
});

describe('an order that the CA is at work on', () => {
  const noon = at('2026-01-15T12:00Z');
  const waiting = (change: Partial<OrderUnderWay> = {}) =>
    makeObserved({ issued: [], order: makeOrder({ notBefore: noon, ...change }) });

  it.each(['nothing', 'pass', 'named', 'forced'] as const)(
    'is left alone until the CA wants to be asked, where a person asked for %s',
    asked => {
      expect(plan(waiting(), '2026-01-15T11:59Z', asked)).toMatchObject({
        issue: { kind: 'held', until: noon, by: 'ca', reason: { code: 'order-under-way' } },
        wakeAt: noon,
      });
      expect(plan(waiting(), '2026-01-15T12:00Z', asked).issue.kind).toBe('now');
    },
  );

  it('waits for the later one where the CA asks for two moments', () => {
    const later = at('2026-01-15T13:00Z');
    const seen = {
      ...waiting(),
      issuer: { ...firstIssuerState, troubles: [makeTrouble({ notBefore: later })] },
    };
    expect(plan(seen, '2026-01-15T11:59Z').issue).toMatchObject({ until: later, by: 'ca' });
  });

  it('holds nothing once another one is wanted', () => {
    expect(plan(waiting({ keyType: 'rsa-2048' }), '2026-01-15T11:59Z').issue.kind).toBe('now');
  });

  it('is not waited for for weeks: such a moment was written by a clock that ran ahead', () => {
    expect(plan(waiting({ notBefore: at('2026-02-15') }), '2026-01-15').issue.kind).toBe('now');
  });
});

describe('what an order that is due waits for', () => {
  const soon = at('2026-03-05T00:01Z');
  const late = at('2026-03-05T12:00Z');
  const now = '2026-03-05';
  const held = (until: number, by: string) => ({ kind: 'held', until, by });
  const go = { kind: 'now' };
  const failedAt = at('2026-03-04');
  const failedThen = { code: 'ca-error', message: 'no', at: failedAt, since: failedAt, problemType: null };

  it.each([
    ['nothing, where nothing is recorded', {}, 'nothing', go],
    ['its back-off', { nextAttemptAt: soon }, 'nothing', held(soon, 'back-off')],
    ['nothing, once the back-off is over', { nextAttemptAt: at(now) }, 'nothing', go],
    ['nothing, when a person asks for a pass', { nextAttemptAt: soon }, 'pass', go],
    ['nothing, when a person asks by name', { nextAttemptAt: soon }, 'named', go],
    ['nothing, when a person forces', { nextAttemptAt: soon }, 'forced', go],
    [
      'the Retry-After of the CA',
      { troubles: [makeTrouble({ notBefore: soon })] },
      'nothing',
      held(soon, 'ca'),
    ],
    [
      'the Retry-After also when a person asks',
      { troubles: [makeTrouble({ notBefore: soon })] },
      'pass',
      held(soon, 'ca'),
    ],
    [
      'the Retry-After also when a person forces',
      { troubles: [makeTrouble({ notBefore: soon })] },
      'forced',
      held(soon, 'ca'),
    ],
    [
      'nothing, once the Retry-After is over',
      { troubles: [makeTrouble({ notBefore: at(now) })] },
      'nothing',
      go,
    ],
    [
      'the CA, where that is longer',
      { nextAttemptAt: soon, troubles: [makeTrouble({ notBefore: late })] },
      'nothing',
      held(late, 'ca'),
    ],
    [
      'the back-off, where that is longer',
      { nextAttemptAt: late, troubles: [makeTrouble({ notBefore: soon })] },
      'nothing',
      held(late, 'back-off'),
    ],
    [
      'the CA, where both are equal',
      { nextAttemptAt: soon, troubles: [makeTrouble({ notBefore: soon })] },
      'nothing',
      held(soon, 'ca'),
    ],
    [
      'the CA alone, when a person asks',
      { nextAttemptAt: late, troubles: [makeTrouble({ notBefore: soon })] },
      'forced',
      held(soon, 'ca'),
    ],
    [
      'nothing, where the attempt that left its back-off was made by a clock that ran ahead',
      { nextAttemptAt: soon, lastAttemptAt: at(now) + 60_001 },
      'nothing',
      go,
    ],
    [
      'its back-off, where the clock was only set right by a minute',
      { nextAttemptAt: soon, lastAttemptAt: at(now) + 60_000 },
      'nothing',
      held(soon, 'back-off'),
    ],
    [
      'nothing, where a clock that ran ahead wrote the back-off',
      { nextAttemptAt: at('2099-01-01') },
      'nothing',
      go,
    ],
    [
      'the CA for the week that it may ask',
      { troubles: [makeTrouble({ notBefore: at('2026-03-12') })] },
      'nothing',
      held(at('2026-03-12'), 'ca'),
    ],
    [
      'nothing, where a clock that ran ahead wrote the Retry-After',
      { troubles: [makeTrouble({ notBefore: at('2027-03-05') })] },
      'nothing',
      go,
    ],
    [
      'its back-off, where it failed for this configuration',
      { nextAttemptAt: soon, failedFor: attemptKey(makeTarget()) },
      'nothing',
      held(soon, 'back-off'),
    ],
    [
      'nothing, where the configuration has changed since the failure',
      { nextAttemptAt: soon, failedFor: 'letsencrypt ecdsa-p256 /var/www/certd other.example' },
      'nothing',
      go,
    ],
    [
      'the Retry-After also where the configuration has changed',
      { troubles: [makeTrouble({ notBefore: soon })], failedFor: 'other' },
      'nothing',
      held(soon, 'ca'),
    ],
  ] as const)('%s', (_sentence, issuer, asked, expected) => {
    const { issue, wakeAt } = plan(makeObserved({ issuer }), now, asked);
    expect(issue).toMatchObject(expected);
    expect(issue).toMatchObject({ reason: { code: asked === 'forced' ? 'forced' : 'renewal-due' } });
    expect(wakeAt).toBe('until' in expected ? expected.until : null);
  });

  it.each([
    ['waits after a failure', { lastAttemptAt: at('2026-03-04'), lastError: failedThen }, false],
    ['began after that failure', { lastAttemptAt: at('2026-03-04T23:59Z'), lastError: failedThen }, true],
    ['is the first', { lastAttemptAt: at('2026-03-04T23:59Z') }, true],
    ['has no moment', {}, false],
  ])('of an attempt that %s it says whether it has begun', (_words, issuer, begun) => {
    const seen = makeObserved({ issuer: { ...issuer, nextAttemptAt: soon } });
    expect(plan(seen, now).issue).toMatchObject({ by: 'back-off', begun });
  });

  it('a back-off holds nothing that is not due', () => {
    expect(plan(makeObserved({ issuer: { nextAttemptAt: soon } }), '2026-01-15').issue).toEqual(later);
  });
});

describe('when the CA is asked for its window', () => {
  it.each([
    ['at once for a generation that nobody asked about', {}, null, 'nothing', true],
    ['not before there is a generation', { issued: [] }, null, 'forced', false],
    ['not before the moment that the last answer named', {}, '2026-01-15T06:00Z', 'nothing', false],
    ['at that moment', {}, '2026-01-15', 'nothing', true],
    ['after it', {}, '2026-01-14', 'nothing', true],
    ['anew whenever a person asks', {}, '2026-01-15T06:00Z', 'pass', true],
    ['at once where a clock that ran ahead wrote the moment', {}, '2099-01-01', 'nothing', true],
  ] as const)('%s', (_sentence, change, checkAt, asked, expected) => {
    const issuer = { windowCheckAt: checkAt === null ? null : at(checkAt) };
    expect(plan(makeObserved({ ...change, issuer }), '2026-01-15', asked).askWindow).toBe(expected);
  });
});

describe('what is deployed', () => {
  const one = makeGeneration();
  const two = makeGeneration({ id: '0002-55667788', leaf: makeLeaf({ serial: '02' }) });
  const three = makeGeneration({ id: '0003-99aabbcc', leaf: makeLeaf({ serial: '03' }) });
  const live = { id: one.id, leaf: one.leaf };
  const liveTwo = { id: two.id, leaf: two.leaf };
  const now = '2026-01-15';
  const soon = at('2026-01-15T00:01Z');

  it.each([
    ['nothing, where the newest is live and deployed', [one], live, { deployed: one.id }, { kind: 'none' }],
    [
      'the newest, where an older one is',
      [one, two],
      live,
      { deployed: one.id },
      { kind: 'now', id: two.id },
    ],
    ['the newest, where none ever was', [one, two], null, { deployed: null }, { kind: 'now', id: two.id }],
    [
      'the newest that is not rejected',
      [one, two, three],
      live,
      { deployed: one.id, rejected: [three.id] },
      { kind: 'now', id: two.id },
    ],
    [
      'nothing, where every newer one is rejected',
      [one, two],
      live,
      { deployed: one.id, rejected: [two.id] },
      { kind: 'none' },
    ],
    [
      'nothing, where all are rejected',
      [one],
      null,
      { deployed: null, rejected: [one.id] },
      { kind: 'none' },
    ],
    [
      'an older one, where the live one is rejected: a rollback',
      [one, two],
      liveTwo,
      { deployed: two.id, rejected: [two.id] },
      { kind: 'now', id: one.id },
    ],
    [
      'nothing, where only the issued copy of the live one is lost',
      [one],
      liveTwo,
      { deployed: two.id },
      { kind: 'none' },
    ],
    [
      'what is left, where the live one is lost altogether',
      [one],
      null,
      { deployed: two.id },
      { kind: 'now', id: one.id },
    ],
    [
      'the deployed one again, where somebody removed its link',
      [one],
      null,
      { deployed: one.id },
      { kind: 'now', id: one.id },
    ],
    [
      'the deployed one again, where somebody bent its link back',
      [one, two],
      live,
      { deployed: two.id },
      { kind: 'now', id: two.id },
    ],
    [
      'what is live, where its hooks never ended',
      [one, two],
      liveTwo,
      { deployed: one.id },
      { kind: 'now', id: two.id },
    ],
    [
      'a failed one after its back-off',
      [one, two],
      live,
      { deployed: one.id, nextAttemptAt: soon },
      { kind: 'held', id: two.id, until: soon, by: 'back-off' },
    ],
    [
      'a failed one, where a clock that ran ahead wrote its back-off',
      [one, two],
      live,
      { deployed: one.id, nextAttemptAt: at('2099-01-01') },
      { kind: 'now', id: two.id },
    ],
  ] as const)('%s', (_sentence, issued, shown, deploy, expected) => {
    expect(plan(makeObserved({ issued, live: shown, deploy }), now).deploy).toEqual(expected);
  });

  it('a person who asks overrides the back-off', () => {
    const seen = makeObserved({ live: null, deploy: { deployed: null, nextAttemptAt: soon } });
    expect(plan(seen, now).wakeAt).toBe(soon);
    expect(plan(seen, now, 'pass').deploy).toEqual({ kind: 'now', id: one.id });
  });

  it('is told apart from what is there', () => {
    expect(deployTarget(makeObserved({ issued: [] }))).toBeNull();
    expect(deployTarget(makeObserved({ issued: [one, two], deploy: { rejected: [two.id] } }))).toBe(one.id);
  });
});

describe('the next moment to look', () => {
  it('is the earliest of renewal, hold and window', () => {
    const deploy = { deployed: null, nextAttemptAt: at('2026-01-15T02:00Z') };
    const seen = makeObserved({ live: null, deploy, issuer: { windowCheckAt: at('2026-01-15T06:00Z') } });
    expect(plan(seen, '2026-01-15').wakeAt).toBe(at('2026-01-15T02:00Z'));
  });

  it('is never one that is past: there is nothing to wake for while something is to be done now', () => {
    const issuer = { window: makeWindow({ renewAt: at('2026-02-01') }), windowCheckAt: at('2026-01-15') };
    expect(plan(makeObserved({ issuer }), '2026-02-02').wakeAt).toBeNull();
  });

  it('is the renewal itself, to the millisecond, where it is the last', () => {
    const seen = makeObserved({ issuer: { windowCheckAt: at('2026-03-01T23:00Z') + day } });
    expect(plan(seen, '2026-03-01T23:00Z').wakeAt).toBe(at('2026-03-02'));
  });
});
