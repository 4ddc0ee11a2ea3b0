import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { openLanes, type Rank } from '../../src/pass/lanes.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { at } from '../support/make-observed.ts';

const { signal } = new AbortController();

/** Two places at each CA, and who has entered so far. */
function room() {
  const clock = fakeClock(at('2026-01-01'));
  const lanes = openLanes(2, clock.now);
  const inside: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = async (who: string, rank: Rank = [0], ca = 'main') => {
    const place = await lanes.enter(ca, { name: who, rank }, signal);
    if (place.kind === 'away') inside.push(`${who} away: ${place.error.code}`);
    else {
      inside.push(who);
      leaves.set(who, place.leave);
    }
  };
  const leave = (who: string) => leaves.get(who)?.();
  return { lanes, inside, enter, leave, clock };
}

it('lets so many in at once, and the next when one leaves', async () => {
  const { inside, enter, leave } = room();
  const entered = ['a', 'b', 'c', 'd'].map(who => enter(who));
  await Promise.all(entered.slice(0, 2));
  expect(inside).toEqual(['a', 'b']);
  leave('a');
  await entered[2];
  expect(inside).toEqual(['a', 'b', 'c']);
  leave('c');
  await entered[3];
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
});

it('has room at one CA while another is full', async () => {
  const { inside, enter } = room();
  for (const who of ['a', 'b']) await enter(who, [0], 'dead');
  void enter('c', [0], 'dead');
  await enter('d', [0], 'main');
  expect(inside).toEqual(['a', 'b', 'd']);
});

it('lets the most urgent in first, and of equals the one that came first', async () => {
  const { inside, enter, leave } = room();
  await enter('a');
  await enter('b');
  const waiting = [
    enter('failed before', [1, 1, 0]),
    enter('ends late', [1, 0, 50]),
    enter('ends soon', [1, 0, 20]),
    enter('ends soon too', [1, 0, 20]),
    enter('a person waits', [0, 1, 90]),
  ];
  for (const who of ['a', 'b', 'a person waits', 'ends soon', 'ends soon too']) {
    leave(who);
    await new Promise<void>(done => setImmediate(done));
  }
  await Promise.all(waiting);
  expect(inside.slice(2)).toEqual([
    'a person waits',
    'ends soon',
    'ends soon too',
    'ends late',
    'failed before',
  ]);
});

it('sends away all that wait for a CA that does not answer, and lets those in that come later', async () => {
  const { lanes, inside, enter, leave } = room();
  await enter('a');
  await enter('b');
  const waiting = [enter('c'), enter('d')];
  lanes.turnAway('other', new CertdError('ca-timeout', 'silent'));
  lanes.turnAway('main', new CertdError('ca-unreachable', 'gone'));
  await Promise.all(waiting);
  expect(inside).toEqual(['a', 'b', 'c away: ca-unreachable', 'd away: ca-unreachable']);
  leave('a');
  await enter('e');
  expect(inside.at(-1)).toBe('e');
});

it('keeps everybody away for as long as the CA asked, and a year ahead is no word of a CA', async () => {
  const { lanes, inside, enter, clock } = room();
  const wait = (until: string) => new CertdError('ca-error', 'down', { notBefore: at(until) });
  lanes.turnAway('main', wait('2026-01-01T01:00Z'));
  await enter('a');
  clock.advance(3_600_000 - 1);
  await enter('b');
  await enter('c', [0], 'other');
  clock.advance(1);
  await enter('d');
  expect(inside).toEqual(['a away: ca-error', 'b away: ca-error', 'c', 'd']);
  lanes.turnAway('main', wait('2027-01-01'));
  await enter('e');
  expect(inside.at(-1)).toBe('e');
});

it('keeps those away that nobody waits for, for half of what an outage has lasted', async () => {
  const { lanes, inside, enter, leave, clock } = room();
  const out = () => lanes.turnAway('main', new CertdError('ca-unreachable', 'gone'));
  const own: Rank = [1, 0, 0];
  const minute = 60_000;
  out();
  clock.advance(minute - 1);
  await enter('a minute at first', own);
  await enter('a person', [0]);
  leave('a person');
  clock.advance(1);
  await enter('after it', own);
  expect(inside).toEqual(['a minute at first away: ca-unreachable', 'a person', 'after it']);
  clock.advance(9 * minute);
  out();
  clock.advance(5 * minute - 1);
  await enter('five after ten', own);
  clock.advance(1);
  await enter('after them', own);
  expect(inside.slice(3)).toEqual(['five after ten away: ca-unreachable', 'after them']);
});

it('takes an outage after the CA has served for a new one', async () => {
  const { lanes, inside, enter, clock } = room();
  lanes.turnAway('main', new CertdError('ca-unreachable', 'gone'));
  clock.advance(3_600_000);
  lanes.reached('main');
  lanes.turnAway('main', new CertdError('ca-unreachable', 'gone again'));
  clock.advance(60_000);
  await enter('a', [1, 0, 0]);
  expect(inside).toEqual(['a']);
});

it('lets the one go first that a person waits for, however long others have waited', async () => {
  const { lanes, inside, enter, leave } = room();
  await enter('a');
  await enter('b');
  const waiting = [enter('c', [1, 0, 5]), enter('d', [1, 1, 9])];
  lanes.hurry('d');
  lanes.hurry('nobody');
  leave('a');
  await waiting[1];
  expect(inside).toEqual(['a', 'b', 'd']);
  leave('b');
  await waiting[0];
});

it('loses no place by a stop of who was just called', async () => {
  const lanes = openLanes(1, () => 0);
  const stop = new AbortController();
  const visitor = (name: string) => ({ name, rank: [0] });
  const first = await lanes.enter('main', visitor('a'), signal);
  const called = lanes.enter('main', visitor('b'), stop.signal);
  const waits = lanes.enter('main', visitor('c'), signal);
  if (first.kind === 'in') first.leave();
  stop.abort();
  const second = await called;
  expect(second).toMatchObject({ kind: 'in' });
  if (second.kind === 'in') second.leave();
  expect(await waits).toMatchObject({ kind: 'in' });
});

it('rejects who waits when certd stops, and nobody loses a place by it', async () => {
  const lanes = openLanes(1, () => 0);
  const visitor = { name: 'a', rank: [0] };
  const stop = new AbortController();
  const first = await lanes.enter('main', visitor, signal);
  const waiting = lanes.enter('main', visitor, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'stopped' });
  await expect(lanes.enter('main', visitor, stop.signal)).rejects.toMatchObject({ code: 'stopped' });
  if (first.kind === 'in') first.leave();
  expect(await lanes.enter('main', visitor, signal)).toMatchObject({ kind: 'in' });
});
