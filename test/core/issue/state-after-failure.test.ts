import { describe, expect, it } from 'vitest';
import { CertdError } from '../../../src/core/errors.ts';
import { stateAfter } from '../../../src/core/issue/state-after-failure.ts';
import { firstIssuerState, type IssuerState } from '../../../src/core/model.ts';
import {
  at,
  hour,
  makeChoice,
  makeGeneration,
  makeTarget,
  makeTrouble,
} from '../../support/make-observed.ts';

const now = at('2026-03-02');
const minute = 60_000;
const two = makeTarget({ cas: [makeChoice(), makeChoice({ name: 'second' })] });
const unreachable = new CertdError('ca-unreachable', 'nobody is there');
const invalid = new CertdError('validation-failed', 'no route');

function outcome(
  error: CertdError,
  { target = makeTarget(), issuer = {} as Partial<IssuerState>, byHand = false, fresh = false } = {},
): IssuerState {
  const before = { issuer: { ...firstIssuerState, ...issuer }, orders: [] };
  const newest = fresh ? null : makeGeneration();
  const [ca] = target.cas;
  return stateAfter(target, { ...before, newest }, { error, ca, byHand }, { now, draw: 0 });
}

describe('after a failure of the certificate', () => {
  it('it is counted, with the next step of the table', () => {
    const state = outcome(invalid, { issuer: { failures: 1 } });
    expect(state).toMatchObject({ failures: 2, nextAttemptAt: now + 10 * minute, troubles: [] });
    expect(state.lastError).toEqual({
      code: 'validation-failed',
      message: 'no route',
      at: now,
      since: now,
      problemType: null,
    });
  });

  it('by hand the count and the next attempt stay', () => {
    const issuer = { failures: 3, nextAttemptAt: now + hour };
    expect(outcome(invalid, { issuer, byHand: true })).toMatchObject(issuer);
    expect(outcome(invalid, { byHand: true })).toMatchObject({ failures: 1, nextAttemptAt: now + minute });
  });
});

describe('after an outage of the CA', () => {
  it('nothing is counted, and it is asked again soon however long it lasts', () => {
    const troubles = [makeTrouble({ since: now - 3 * hour })];
    expect(outcome(unreachable, { issuer: { failures: 2, troubles } })).toMatchObject({
      failures: 2,
      nextAttemptAt: now + 15 * minute,
      troubles: [{ ca: 'main', since: now - 3 * hour, at: now, notBefore: null }],
    });
  });

  it('another CA is asked at once where there is no certificate yet', () => {
    const state = outcome(unreachable, { target: two, fresh: true });
    expect(state).toMatchObject({ nextAttemptAt: null, failures: 0, lastError: { code: 'ca-unreachable' } });
  });

  it('another CA is not asked while a certificate leaves time', () => {
    expect(outcome(unreachable, { target: two }).nextAttemptAt).toBe(now + minute);
  });

  it('nobody is asked at once where the other CA has failed, too', () => {
    const troubles = [makeTrouble({ ca: 'second' })];
    const state = outcome(unreachable, { target: two, fresh: true, issuer: { troubles } });
    expect(state.nextAttemptAt).toBe(now + minute);
  });
});

it('a limit that the CA lifts too late sends the certificate to another CA at once', () => {
  const error = new CertdError('rate-limited', 'x', { notBefore: at('2026-03-06') });
  expect(outcome(error, { target: two })).toMatchObject({
    nextAttemptAt: null,
    troubles: [{ ca: 'main', notBefore: at('2026-03-06') }],
  });
  const soon = new CertdError('rate-limited', 'x', { notBefore: at('2026-03-03') });
  expect(outcome(soon, { target: two }).nextAttemptAt).toBe(now);
});
