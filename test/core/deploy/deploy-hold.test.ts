import { describe, expect, it } from 'vitest';
import { type DeployAsk, deployHold } from '../../../src/core/deploy/deploy-hold.ts';
import type { DeployState, DeployUnderWay } from '../../../src/core/deploy/deploy-model.ts';
import type { Observed } from '../../../src/core/model.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeTarget,
  makeUnderWay,
} from '../../support/make-observed.ts';

const target = makeTarget({ deploy: { window: { from: 120, to: 300, timeZone: 'UTC' } } });
/** Ends 2026-04-01; a twentieth of its ninety days is left on 2026-03-27 at noon. */
const old = makeGeneration();
const fresh = makeGeneration({
  id: '0002-55667788',
  leaf: makeLeaf({ keySha256: 'bb22', notAfter: at('2026-06-01') }),
});

function owed(change: Partial<Omit<Observed, 'deploy'>> = {}, deploy: Partial<DeployState> = {}): Observed {
  return makeObserved({
    issued: [old, fresh],
    live: old,
    ...change,
    deploy: { deployed: old.id, ...deploy },
  });
}

const underWay = (change: Partial<DeployUnderWay> = {}): DeployUnderWay =>
  makeUnderWay({ id: fresh.id, from: old.id, ...change });

const hold = (seen: Observed, now: string, ask: DeployAsk = 'nobody') =>
  deployHold(target, seen, ask, at(now));
const window = (until: string) => ({ by: 'window', until: at(until) });
const backOff = (until: string) => ({ by: 'back-off', until: at(until) });

describe('a deploy that is owed', () => {
  it('waits for its window, and goes while that is open', () => {
    expect(hold(owed(), '2026-03-05T12:00Z')).toEqual(window('2026-03-06T02:00Z'));
    expect(hold(owed(), '2026-03-06T02:00Z')).toBeNull();
    expect(hold(owed(), '2026-03-06T05:00Z')).toEqual(window('2026-03-07T02:00Z'));
  });

  it('goes at once without a window', () => {
    expect(deployHold(makeTarget(), owed(), 'nobody', at('2026-03-05T12:00Z'))).toBeNull();
  });

  it('waits no longer than until a twentieth of the lifetime of what is live is left', () => {
    expect(hold(owed(), '2026-03-27T06:00Z')).toEqual(window('2026-03-27T12:00Z'));
    expect(hold(owed(), '2026-03-27T12:00Z')).toBeNull();
    expect(hold(owed(), '2026-05-01T12:00Z')).toBeNull();
  });

  it.each<[string, Observed]>([
    ['nothing is live', owed({ live: null }, { deployed: null })],
    ['what is live is revoked', owed({ revoked: [makeRevocation()] })],
    [
      'the key of what is live is compromised',
      owed({ revoked: [makeRevocation({ generation: '0000-99999999' })] }),
    ],
  ])('waits for nothing where %s', (_words, seen) => {
    expect(hold(seen, '2026-03-05T12:00Z')).toBeNull();
  });

  it('waits for its back-off inside the window, and for the next one where that is over by then', () => {
    const until = (nextAttemptAt: string) => owed({}, { failures: 1, nextAttemptAt: at(nextAttemptAt) });
    expect(hold(until('2026-03-06T02:10Z'), '2026-03-06T02:05Z')).toEqual(backOff('2026-03-06T02:10Z'));
    expect(hold(until('2026-03-06T05:10Z'), '2026-03-06T04:50Z')).toEqual(window('2026-03-07T02:00Z'));
    expect(hold(until('2026-03-05T12:30Z'), '2026-03-05T12:00Z')).toEqual(window('2026-03-06T02:00Z'));
    expect(hold(until('2026-03-27T14:00Z'), '2026-03-27T06:00Z')).toEqual(backOff('2026-03-27T14:00Z'));
  });
});

describe('what has failed for another configuration', () => {
  const failed = { failures: 3, nextAttemptAt: at('2026-03-06T03:00Z') };

  it.each([
    ['the same', target.deployDigest, backOff('2026-03-06T03:00Z')],
    ['nobody knows which', null, backOff('2026-03-06T03:00Z')],
    ['another', 'another', null],
  ])('waits for its back-off where that was %s', (_, failedFor, held) => {
    expect(hold(owed({}, { ...failed, failedFor }), '2026-03-06T02:30Z')).toEqual(held);
  });

  it('waits for the window all the same', () => {
    expect(hold(owed({}, { ...failed, failedFor: 'another' }), '2026-03-06T01:00Z')).toEqual(
      window('2026-03-06T02:00Z'),
    );
  });
});

describe('who asks', () => {
  const failed = owed({}, { failures: 1, nextAttemptAt: at('2026-03-05T12:30Z') });

  it('for a pass does not wait for the back-off, but for the window', () => {
    expect(hold(failed, '2026-03-05T12:00Z', 'pass')).toEqual(window('2026-03-06T02:00Z'));
    expect(
      hold(owed({}, { nextAttemptAt: at('2026-03-06T02:30Z') }), '2026-03-06T02:00Z', 'pass'),
    ).toBeNull();
  });

  it('for this certificate waits for neither', () => {
    expect(hold(failed, '2026-03-05T12:00Z', 'named')).toBeNull();
  });
});

describe('a deploy that has begun', () => {
  it('goes on after the window, where certd was cut short', () => {
    expect(
      hold(owed({ live: fresh }, { underWay: underWay({ running: 'aa' }) }), '2026-03-05T12:00Z'),
    ).toBeNull();
  });

  it('goes on going back outside its window, after its back-off alone', () => {
    const back = {
      code: 'hook-failed',
      message: 'exit 1',
      at: at('2026-03-05'),
      commands: true,
      failed: false,
    };
    const failed = { failures: 1, underWay: underWay({ back }) };
    const seen = owed({}, { ...failed, nextAttemptAt: at('2026-03-05T11:00Z') });
    expect(hold(seen, '2026-03-05T12:00Z')).toBeNull();
    expect(hold(seen, '2026-03-05T10:00Z')).toEqual(backOff('2026-03-05T11:00Z'));
  });

  it('waits for the next one, where it has failed', () => {
    const failed = { failures: 1, nextAttemptAt: at('2026-03-05T11:00Z'), underWay: underWay() };
    expect(hold(owed({ live: fresh }, failed), '2026-03-05T12:00Z')).toEqual(window('2026-03-06T02:00Z'));
    // What servers still have is the old one, not what is live.
    expect(hold(owed({ live: fresh }, failed), '2026-03-27T06:00Z')).toEqual(window('2026-03-27T12:00Z'));
    expect(hold(owed({ live: fresh }, failed), '2026-03-27T12:00Z')).toBeNull();
  });

  it('waits for none, where nobody knows what servers have', () => {
    const failed = {
      deployed: null,
      failures: 1,
      nextAttemptAt: at('2026-03-05T11:00Z'),
      underWay: underWay(),
    };
    expect(hold(owed({ live: fresh }, failed), '2026-03-05T12:00Z')).toBeNull();
  });
});
