import { expect, it } from 'vitest';
import type { Observed } from '../../src/core/model.ts';
import { planFor } from '../../src/core/plan.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeTarget,
  makeWindow,
} from '../support/make-observed.ts';

/** Ends 2026-04-01; a tenth of its ninety days is left on 2026-03-23. */
const old = makeGeneration();
const fresh = makeGeneration({
  id: '0002-55667788',
  leaf: makeLeaf({ notBefore: at('2026-03-02'), notAfter: at('2026-05-31') }),
});

const rolledBack = (change: Parameters<typeof makeObserved>[0] = {}) =>
  makeObserved({
    issued: [old, fresh],
    live: old,
    ...change,
    deploy: { deployed: old.id, rejected: [fresh.id], ...change?.deploy },
  });

const renewAt = (seen: Observed, now = '2026-03-05') => planFor(makeTarget(), seen, 'nothing', at(now)).issue;

it('after a rollback nothing is ordered at once, and another before what is live lapses', () => {
  expect(renewAt(rolledBack())).toMatchObject({
    kind: 'later',
    moment: { source: 'lifetime', renewAt: at('2026-03-23') },
  });
  expect(renewAt(rolledBack(), '2026-03-23')).toMatchObject({ kind: 'now', reason: { code: 'renewal-due' } });
});

it('the CA’s window for the newest counts where it comes before that', () => {
  const window = (moment: string) =>
    rolledBack({
      issuer: { window: makeWindow({ generation: fresh.id, renewAt: at(moment), end: at('2026-04-02') }) },
    });
  expect(renewAt(window('2026-03-20'))).toMatchObject({
    moment: { source: 'ari', renewAt: at('2026-03-20') },
  });
  expect(renewAt(window('2026-04-01'))).toMatchObject({
    moment: { source: 'lifetime', renewAt: at('2026-03-23') },
  });
});

it('one rollback after the other orders no more than one certificate a day', () => {
  const issuer = { lastSuccessAt: at('2026-03-29T06:00Z') };
  expect(renewAt(rolledBack({ issuer }), '2026-03-29T07:00Z')).toMatchObject({
    kind: 'later',
    moment: { renewAt: at('2026-03-30T06:00Z') },
  });
});

it('what is rejected and not the newest any more changes nothing', () => {
  const newest = makeGeneration({ id: '0003-99887766', leaf: fresh.leaf });
  const seen = rolledBack({ issued: [old, fresh, newest], live: newest, deploy: { deployed: newest.id } });
  expect(renewAt(seen)).toMatchObject({ kind: 'later', moment: { renewAt: at('2026-05-01') } });
});
