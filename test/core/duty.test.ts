import { expect, it } from 'vitest';
import { dutyOf } from '../../src/core/duty.ts';
import type { Observed } from '../../src/core/model.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeTarget,
} from '../support/make-observed.ts';

const otherKey = makeLeaf({ keySha256: 'bb22'.repeat(16) });

const named = (name: string) => makeTarget({ name });

/** Ends on 2026-04-01 and is due on 2026-03-02; the CA was asked for its window until then. */
const well = makeObserved({ issuer: { windowCheckAt: at('2026-02-02') } });
const now = at('2026-02-01');

function duty(worlds: Readonly<Record<string, Observed>>, moment = now) {
  const seen = (name: string) => worlds[name] ?? makeObserved({ issued: [] });
  const { due, wakeAt } = dutyOf(Object.keys(worlds).map(named), seen, moment);
  return { due: due.map(({ name }) => name), wakeAt };
}

it('nothing is due where everything is well, and it wakes at the first moment of all', () => {
  const later = makeObserved({ issuer: { windowCheckAt: at('2026-02-02T12:00Z') } });
  expect(duty({ later, well })).toEqual({ due: [], wakeAt: at('2026-02-02') });
});

it.each([
  ['one without a certificate', makeObserved({ issued: [] })],
  ['one whose window is to be asked for', makeObserved()],
  [
    'one that owes a deploy',
    makeObserved({ issuer: { windowCheckAt: at('2026-02-02') }, deploy: { deployed: null } }),
  ],
  [
    'one that is blocked, for somebody may have mended it',
    makeObserved({ faults: [{ code: 'state-corrupt', message: 'spoiled', blocking: true }] }),
  ],
  [
    'one whose CA is to be asked again about a revocation',
    makeObserved({
      issued: [makeGeneration(), makeGeneration({ id: '0002-55667788', leaf: otherKey })],
      issuer: { windowCheckAt: at('2026-02-02') },
      deploy: { deployed: '0002-55667788' },
      revoked: [makeRevocation({ confirmedAt: null })],
    }),
  ],
])('looks after %s, and leaves the others alone', (_, one) => {
  expect(duty({ one, well }).due).toEqual(['one']);
});

it('one that backs off is not due, and wakes it when it may be tried again', () => {
  const held = makeObserved({
    issued: [],
    issuer: { failures: 1, nextAttemptAt: at('2026-02-01T00:10Z') },
  });
  expect(duty({ held, well })).toEqual({ due: [], wakeAt: at('2026-02-01T00:10Z') });
  expect(duty({ held, well }, at('2026-02-01T00:10Z')).due).toEqual(['held']);
});

it('without certificates there is no moment to wait for', () => {
  expect(duty({})).toEqual({ due: [], wakeAt: null });
});
