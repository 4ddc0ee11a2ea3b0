import { describe, expect, it } from 'vitest';
import { dutyOf } from '../../../src/core/duty.ts';
import type { ServedRecord } from '../../../src/core/endpoint.ts';
import type { Observed } from '../../../src/core/model.ts';
import { planFor } from '../../../src/core/plan.ts';
import { at, makeEndpoint, makeObserved, makeServed, makeTarget } from '../../support/make-observed.ts';

const target = makeTarget({
  deploy: { verify: [makeEndpoint(), makeEndpoint({ serverName: 'b.example' })] },
});
const asked = at('2026-02-02');

/** Nothing else is due before the second. */
function observed(served: readonly ServedRecord[], more: Parameters<typeof makeObserved>[0] = {}): Observed {
  return makeObserved({
    ...more,
    issuer: { windowCheckAt: asked },
    deploy: { served, ...more.deploy },
  });
}

const looked = (checkedAt: string, serverName = 'a.example') =>
  makeServed({ serverName, checkedAt: at(checkedAt) });

function verdict(seen: Observed, now: string) {
  const { look, wakeAt } = planFor(target, seen, 'nothing', at(now));
  return { look, wakeAt };
}

const both = [looked('2026-02-01T10:00Z'), looked('2026-02-01T10:30Z', 'b.example')];

describe('endpoints are looked at', () => {
  it('an hour after the look that is longest ago, for which certd wakes', () => {
    expect(verdict(observed(both), '2026-02-01T10:59:59Z')).toEqual({
      look: false,
      wakeAt: at('2026-02-01T11:00Z'),
    });
    expect(verdict(observed(both), '2026-02-01T11:00Z').look).toBe(true);
  });

  it('at once where one was never looked at', () => {
    expect(verdict(observed([looked('2026-02-01T10:00Z')]), '2026-02-01T10:00Z')).toEqual({
      look: true,
      wakeAt: asked,
    });
  });

  it('at once where a look lies ahead by more than an hour: that clock was wrong', () => {
    const ahead = [looked('2026-02-01T11:00Z'), looked('2026-02-01T11:00Z', 'b.example')];
    expect(verdict(observed(ahead), '2026-02-01T09:59:59Z').look).toBe(true);
    expect(verdict(observed(ahead), '2026-02-01T10:00Z')).toEqual({
      look: false,
      wakeAt: at('2026-02-01T12:00Z'),
    });
  });

  it('at once where what one presented is live no more: somebody else has deployed', () => {
    const past = [looked('2026-02-01T10:00Z'), looked('2026-02-01T10:00Z', 'b.example')];
    const other = past.map(record => ({ ...record, fingerprintSha256: '99'.repeat(32) }));
    expect(verdict(observed(past), '2026-02-01T10:01Z').look).toBe(false);
    expect(verdict(observed(other), '2026-02-01T10:01Z').look).toBe(true);
    const stale = other.map(record => ({ ...record, state: 'stale' as const }));
    expect(verdict(observed(stale), '2026-02-01T10:01Z').look).toBe(false);
  });

  it('while a deploy is held, for what is live is to be served meanwhile', () => {
    const held = observed([], { deploy: { deployed: null, nextAttemptAt: at('2026-02-01T12:00Z') } });
    expect(verdict(held, '2026-02-01T10:00Z').look).toBe(true);
  });
});

describe('endpoints are not looked at', () => {
  it('while a deploy is owed now, which looks for itself', () => {
    const owed = observed([], { deploy: { deployed: null } });
    expect(verdict(owed, '2026-02-01T10:00Z').look).toBe(false);
  });

  it('while nothing is live', () => {
    const held = { deployed: null, nextAttemptAt: at('2026-02-01T12:00Z') };
    expect(verdict(observed([], { live: null, deploy: held }), '2026-02-01T10:00Z').look).toBe(false);
  });

  it('while nobody knows what the disk holds', () => {
    const faults = [{ code: 'state-corrupt', message: 'spoiled', blocking: true }] as const;
    expect(verdict(observed([], { faults }), '2026-02-01T10:00Z')).toEqual({ look: false, wakeAt: null });
  });

  it('where none is declared', () => {
    const { look, wakeAt } = planFor(makeTarget(), observed([]), 'nothing', at('2026-02-01T10:00Z'));
    expect({ look, wakeAt }).toEqual({ look: false, wakeAt: asked });
  });
});

it('a certificate whose endpoints are to be looked at has a pass', () => {
  const due = (now: string) => dutyOf([target], () => observed(both), at(now)).due.length;
  expect(due('2026-02-01T10:59:59Z')).toBe(0);
  expect(due('2026-02-01T11:00Z')).toBe(1);
});
