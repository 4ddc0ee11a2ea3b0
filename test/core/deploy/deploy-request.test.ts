import { describe, expect, it } from 'vitest';
import { requestDue, requestReason } from '../../../src/core/deploy/deploy-request.ts';
import { makeObserved, makeTarget, makeUnderWay } from '../../support/make-observed.ts';

const minute = 60_000;

describe('the deployer is asked', () => {
  it.each([
    ['who was never asked', null, true],
    ['who was asked for something else just now', { reason: 'other', at: 0 }, true],
    ['not again for the same within five minutes', { reason: 'this', at: -5 * minute + 1 }, false],
    ['again for the same after five minutes', { reason: 'this', at: -5 * minute }, true],
    ['again where the clock was set back since', { reason: 'this', at: 1 }, true],
  ])('%s', (_words, last, due) => {
    expect(requestDue('this', last, 0)).toBe(due);
  });
});

describe('what speaks for a deploy', () => {
  const target = makeTarget();
  const file = { path: '/f.pem', content: 'key', owner: null, group: null, mode: 0o400 } as const;
  const seen = makeObserved();
  const before = requestReason(target, seen, '0002-aabbccdd');

  it.each([
    ['another generation', target, seen, '0003-aabbccdd'],
    ['a link that somebody has removed', target, { ...seen, live: null }, '0002-aabbccdd'],
    ['a deploy that has failed', target, makeObserved({ deploy: { failures: 1 } }), '0002-aabbccdd'],
    ['an output file of the configuration', { files: [file] }, seen, '0002-aabbccdd'],
  ])('is another with %s', (_words, wanted, found, id) => {
    expect(requestReason(wanted, found, id)).not.toBe(before);
  });

  it('is the same while a deploy goes on, and after a look at the endpoints', () => {
    const going = makeObserved({ deploy: { underWay: makeUnderWay({ running: 'aabb' }) } });
    expect(requestReason(target, going, '0002-aabbccdd')).toBe(before);
  });
});
