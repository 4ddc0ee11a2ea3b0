import { expect, it } from 'vitest';
import { planText } from '../../src/commands/plan-text.ts';
import type { IssuerState, Observed, Target } from '../../src/core/model.ts';
import { planFor, type Verdict } from '../../src/core/plan.ts';
import { expectGolden } from '../support/golden.ts';
import {
  at,
  makeChoice,
  makeEndpoint,
  makeGeneration,
  makeObserved,
  makeOrder,
  makeRevocation,
  makeTarget,
  makeWindow,
} from '../support/make-observed.ts';
import { threeHundred } from '../support/many-certificates.ts';
import { examples, now } from '../support/status-examples.ts';

type Certificate = { readonly target: Target | null; readonly seen: Observed };

const plan = (certificates: readonly Certificate[], at = now): Verdict[] =>
  certificates.flatMap(({ target, seen }) => (target === null ? [] : planFor(target, seen, 'nothing', at)));

it.each([60, 80, 160])('says what would be done now, and when next, on %d columns', width => {
  const text = planText(plan(Object.values(examples)), { width, now, named: false });
  expectGolden(`plan-${width}.txt`, text);
});

it.each([60, 80, 160])('of three hundred shows what comes within a day, on %d columns', width => {
  expectGolden(`plan-many-${width}.txt`, planText(plan(threeHundred()), { width, now, named: false }));
});

it('says once what is to be done for many', () => {
  const fresh = threeHundred().map(({ target, seen }) => ({
    target,
    seen: makeObserved({ name: seen.name, issued: [] }),
  }));
  expect(planText(plan(fresh), { width: 160, now, named: false })).toBe(
    '300 certificates, host-000.example, host-001.example, host-002.example and 297 more: order now (no-certificate): there is no certificate yet\n',
  );
});

it('shows one by one what was asked for by name', () => {
  const text = planText(plan(threeHundred()), { width: 160, now, named: true });
  expect(text.match(/^host-\d+\.example: /gm)).toHaveLength(300);
});

it('shows where the CA says why it has its window', () => {
  const window = makeWindow({ renewAt: at('2026-02-11'), explanationUrl: 'https://ca.example/why' });
  const seen = makeObserved({ issuer: { window, windowCheckAt: at('2026-01-15T06:00Z') } });
  const early = at('2026-01-15');
  const certificates = [{ target: makeTarget(), seen }];
  const text = planText(plan(certificates, early), { width: 80, now: early, named: true });
  expect(text).toContain('the CA says why it has this window: https://ca.example/why');
});

it('says that the endpoints are looked at', () => {
  const target = makeTarget({ deploy: { verify: [makeEndpoint()] } });
  const seen = makeObserved({ issuer: { windowCheckAt: at('2026-01-15T06:00Z') } });
  const early = at('2026-01-15');
  const text = planText(plan([{ target, seen }], early), { width: 80, now: early, named: true });
  expect(text.split('\n').slice(1)).toEqual(['  look what its endpoints present', '']);
});

it('without any certificate says nothing', () => {
  expect(planText([], { width: 80, now, named: false })).toBe('');
});

it('says why it orders before it is time, and what waits for the next renewal', () => {
  const early = at('2026-01-15');
  const asked = { windowCheckAt: at('2026-01-15T06:00Z') };
  const changed = makeTarget({
    name: 'changed.example',
    keyType: 'rsa-2048',
    cas: [makeChoice({ name: 'other' })],
  });
  const certificates = [
    { target: changed, seen: makeObserved({ name: 'changed.example', issuer: asked }) },
    {
      target: makeTarget({ domains: ['a.example', 'b.example'] }),
      seen: makeObserved({ issuer: { ...asked, nextAttemptAt: at('2026-01-15T00:10Z') } }),
    },
    { target: makeTarget(), seen: makeObserved({ issuer: asked, order: makeOrder() }) },
  ];
  const width = Number.POSITIVE_INFINITY;
  expect(planText(plan(certificates, early), { width, now: early, named: false }).split('\n')).toEqual([
    'a.example: order now (order-under-way): an order is under way and is taken up again',
    'a.example: order in 10m, 2026-01-15T00:10:00.000Z (domains-added, backing off)',
    'changed.example: renew in 46d, 2026-03-02T00:00:00.000Z (lifetime)',
    '  at the next renewal, or now with `certd renew changed.example`: key type: rsa-2048; ca: other',
    '',
  ]);
});

it('says what is revoked, and whether it is replaced', () => {
  const early = at('2026-01-16');
  const open = makeRevocation({ confirmedAt: null, signedBy: null });
  const certificates = [
    { target: makeTarget(), seen: makeObserved({ revoked: [makeRevocation({ replace: false })] }) },
    { target: makeTarget({ name: 'b.example' }), seen: makeObserved({ name: 'b.example', revoked: [open] }) },
  ];
  const width = Number.POSITIVE_INFINITY;
  expect(planText(plan(certificates, early), { width, now: early, named: false }).split('\n')).toEqual([
    'a.example: no order: 0001-11223344 is revoked (keyCompromise) and not to be replaced; `certd renew a.example --force` orders anew',
    'b.example: order now (revoked): generation 0001-11223344 is revoked (keyCompromise)',
    '  ask the CA again whether 0001-11223344 is revoked',
    '',
  ]);
});

it('tells an attempt that has begun from one that waits', () => {
  const until = at('2026-03-05T12:10Z');
  const lastError = examples['lapsed']?.seen.issuer.lastError ?? null;
  const text = (issuer: Partial<IssuerState>) =>
    planText(
      plan([
        {
          target: makeTarget(),
          seen: makeObserved({ issued: [], issuer: { ...issuer, nextAttemptAt: until } }),
        },
      ]),
      { width: Number.POSITIVE_INFINITY, now, named: false },
    );
  const line = (why: string) =>
    `a.example: order in 10m, 2026-03-05T12:10:00.000Z (no-certificate, ${why})\n`;
  const begun = line('an attempt is under way or was cut short');
  expect(lastError?.at).toBe(at('2026-03-05T11:00Z'));
  expect(text({ lastAttemptAt: now })).toBe(begun);
  expect(text({ lastAttemptAt: at('2026-03-05T11:00:01Z'), failures: 1, lastError })).toBe(begun);
  expect(text({ lastAttemptAt: at('2026-03-05T11:00Z'), failures: 1, lastError })).toBe(line('backing off'));
  expect(text({ failures: 1, lastError })).toBe(line('backing off'));
});

it('no text from the disk reaches the terminal as anything but text', () => {
  const domains = ['a.example\u001b[2J\nb.example: order now'];
  const leaf = { ...makeGeneration().leaf, domains };
  const seen = makeObserved({
    issued: [makeGeneration({ leaf })],
    issuer: { windowCheckAt: at('2026-01-15T06:00Z') },
  });
  const early = at('2026-01-15');
  const text = planText(plan([{ target: makeTarget({ domains: [] }), seen }], early), {
    width: Number.POSITIVE_INFINITY,
    now: early,
    named: false,
  });
  expect(text.split('\n')).toEqual([
    'a.example: renew in 46d, 2026-03-02T00:00:00.000Z (lifetime)',
    '  at the next renewal, or now with `certd renew a.example`: domains removed: a.example [2J b.example: order now',
    '',
  ]);
});
