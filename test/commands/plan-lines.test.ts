import { expect, it } from 'vitest';
import { planLines } from '../../src/commands/plan-lines.ts';
import { planFor } from '../../src/core/plan.ts';
import { expectGolden } from '../support/golden.ts';
import { at, makeGeneration, makeObserved, makeTarget } from '../support/make-observed.ts';
import { examples, now } from '../support/status-examples.ts';

it('says about each certificate what would be done now, and when next', () => {
  const lines = Object.values(examples).flatMap(({ target, seen }) =>
    target === null ? [] : planLines(planFor(target, seen, 'nothing', now), now),
  );
  const changed = makeTarget({
    name: 'changed.example',
    keyType: 'rsa-2048',
    ca: 'other',
    domains: ['a.example'],
  });
  const asked = { windowCheckAt: at('2026-01-15T06:00Z'), nextAttemptAt: at('2026-01-15T00:10Z') };
  const early = at('2026-01-15');
  const more = [
    ...planLines(planFor(changed, makeObserved({ issuer: asked }), 'nothing', early), early),
    ...planLines(
      planFor(
        makeTarget({ domains: ['a.example', 'b.example'] }),
        makeObserved({ issuer: asked }),
        'nothing',
        early,
      ),
      early,
    ),
    ...planLines(
      planFor(
        makeTarget(),
        makeObserved({
          issuer: asked,
          order: { ca: makeTarget().ca, domains: makeTarget().domains, keyType: makeTarget().keyType },
        }),
        'named',
        early,
      ),
      early,
    ),
  ];
  expectGolden('plan.txt', `${[...lines, ...more].join('\n')}\n`);
});

it('no text from the disk reaches the terminal as anything but text', () => {
  const domains = ['a.example\u001b[2J\nb.example: order now'];
  const leaf = { ...makeGeneration().leaf, domains };
  const seen = makeObserved({
    issued: [makeGeneration({ leaf })],
    issuer: { windowCheckAt: at('2026-01-15T06:00Z') },
  });
  const lines = planLines(
    planFor(makeTarget({ domains: [] }), seen, 'nothing', at('2026-01-15')),
    at('2026-01-15'),
  );
  expect(lines).toEqual([
    'a.example: renew in 46d, 2026-03-02T00:00:00.000Z (lifetime)',
    '  at the next renewal, or now with `certd renew a.example`: domains removed: a.example [2J b.example: order now',
  ]);
});
