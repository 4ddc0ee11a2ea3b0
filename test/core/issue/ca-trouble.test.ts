import { describe, expect, it } from 'vitest';
import { CertdError } from '../../../src/core/errors.ts';
import { isGivenUp, troublesAfter } from '../../../src/core/issue/ca-trouble.ts';
import { at, makeGeneration, makeLeaf, makeTrouble } from '../../support/make-observed.ts';

describe('the troubles after an attempt', () => {
  const now = at('2026-03-05');
  const before = [makeTrouble({ since: at('2026-03-04') }), makeTrouble({ ca: 'other' })];

  it('keep since when the CA fails, and its latest word', () => {
    const notBefore = at('2026-03-06');
    const error = new CertdError('rate-limited', 'x', { notBefore });
    expect(troublesAfter(before, 'main', error, now)).toEqual([
      makeTrouble({ ca: 'other' }),
      { ca: 'main', since: at('2026-03-04'), at: now, notBefore },
    ]);
  });

  it('begin now for a CA that did not fail before', () => {
    const error = new CertdError('ca-unreachable', 'x');
    expect(troublesAfter([], 'main', error, now)).toEqual([
      { ca: 'main', since: now, at: now, notBefore: null },
    ]);
  });

  it('begin no later than now, where a clock that ran ahead has dated them', () => {
    const ahead = [makeTrouble({ since: at('2027-01-01') })];
    expect(troublesAfter(ahead, 'main', new CertdError('ca-timeout', 'x'), now)[0]?.since).toBe(now);
  });

  it.each(['account-refused', 'caa-forbids', 'profile-unavailable', 'eab-required', 'gate-refused'] as const)(
    'are those of a CA that another one may do better than: %s',
    code => {
      expect(troublesAfter([], 'main', new CertdError(code, 'x'), now)).toMatchObject([{ ca: 'main' }]);
    },
  );

  it.each([
    'validation-failed',
    'order-gone',
    'webroot-unusable',
    'disk-full',
    'stopped',
    'internal-error',
  ] as const)('end for a CA that was not at fault: %s', code => {
    expect(troublesAfter(before, 'main', new CertdError(code, 'x'), now)).toEqual([before[1]]);
  });
});

describe('a CA that fails', () => {
  // Ends on 2026-04-01: thirty days after the trouble began, of which a tenth are three.
  const seen = { issued: [makeGeneration()] };
  const since = at('2026-03-02');

  it('is given up at once where there is no certificate yet', () => {
    expect(isGivenUp(makeTrouble({ since }), { issued: [] }, since)).toBe(true);
  });

  it('is waited for, for a tenth of what was left', () => {
    expect(isGivenUp(makeTrouble({ since }), seen, at('2026-03-04T23:59:59.999Z'))).toBe(false);
    expect(isGivenUp(makeTrouble({ since }), seen, at('2026-03-05'))).toBe(true);
  });

  it('is waited for hours where a certificate has days', () => {
    const six = { issued: [makeGeneration({ leaf: makeLeaf({ notAfter: at('2026-03-05') }) })] };
    expect(isGivenUp(makeTrouble({ since }), six, at('2026-03-02T07:11Z'))).toBe(false);
    expect(isGivenUp(makeTrouble({ since }), six, at('2026-03-02T07:12Z'))).toBe(true);
  });

  it('is given up at once where it asks to wait for longer', () => {
    const until = (notBefore: string) => makeTrouble({ since, notBefore: at(notBefore) });
    expect(isGivenUp(until('2026-03-04'), seen, since)).toBe(false);
    expect(isGivenUp(until('2026-03-05'), seen, since)).toBe(true);
  });

  it('is not given up for a wait that only a wrong clock can have written', () => {
    expect(isGivenUp(makeTrouble({ since, notBefore: at('2027-01-01') }), seen, since)).toBe(false);
  });

  it('is given up where the certificate has ended', () => {
    expect(isGivenUp(makeTrouble({ since: at('2026-04-02') }), seen, at('2026-04-02'))).toBe(true);
  });
});
