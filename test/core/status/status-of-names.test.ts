import { expect, it } from 'vitest';
import { problem } from '../../../src/core/status/certificate-problems.ts';
import { statusDocument } from '../../../src/core/status/status.ts';
import type { Problem, StatusDocument } from '../../../src/core/status/status-document.ts';
import { ofNames } from '../../../src/core/status/status-of-names.ts';
import { at, makeObserved, makeTarget } from '../../support/make-observed.ts';

/** `good.example` is well, `bad.example` has nothing live. */
function document(problems: readonly Problem[] = []): StatusDocument {
  return statusDocument({
    version: '0.1.0',
    source: 'daemon',
    pid: 1,
    startedAt: null,
    now: at('2026-02-01'),
    targets: [makeTarget({ name: 'good.example' }), makeTarget({ name: 'bad.example' })],
    observed: [makeObserved({ name: 'good.example' }), makeObserved({ name: 'bad.example', issued: [] })],
    thresholds: { warning: 0.2, critical: 0.05 },
    problems,
  });
}

it('without a name everything is shown', () => {
  const whole = document();
  expect(ofNames(whole, [])).toBe(whole);
});

it('only the named are shown, and only they count', () => {
  expect(document().status).toBe('critical');
  const good = ofNames(document(), ['good.example']);
  expect(good.certificates.map(({ name }) => name)).toEqual(['good.example']);
  expect(good.status).toBe('ok');
  expect(ofNames(document(), ['bad.example']).status).toBe('critical');
});

it('a name that is given twice is shown once', () => {
  expect(ofNames(document(), ['good.example', 'good.example']).certificates).toHaveLength(1);
});

it('a problem of the program itself counts for every name', () => {
  const dead = problem('daemon-dead', 'warning', null, 'no daemon', null);
  const good = ofNames(document([dead]), ['good.example']);
  expect(good).toMatchObject({ status: 'warning', problems: [{ code: 'daemon-dead' }] });
});

it('an unknown name is wrong usage, and the known ones are told', () => {
  expect(() => ofNames(document(), ['good.example', 'x', 'y'])).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: 'no certificate is named x, y; there are: good.example, bad.example',
    }),
  );
});

it('where no configuration can be used nobody knows which names there are, and none is wrong usage', () => {
  const refused = problem('config-refused', 'warning', null, 'bad', null);
  const corrupt = problem('state-corrupt', 'critical', 'lost.example', 'bad', null);
  const whole = { ...document([refused, corrupt]), source: 'disk' } as const;
  expect(ofNames(whole, ['good.example', 'x'])).toMatchObject({
    status: 'warning',
    problems: [{ code: 'config-refused' }],
    certificates: [{ name: 'good.example' }],
  });
  expect(ofNames(whole, ['lost.example'])).toMatchObject({
    status: 'critical',
    problems: [{ code: 'config-refused' }, { code: 'state-corrupt' }],
    certificates: [],
  });
  expect(() => ofNames({ ...whole, source: 'daemon' }, ['x'])).toThrow('no certificate is named x');
});
