import { expect, it } from 'vitest';
import { openShared, sharedWithin } from '../../src/host/shared.ts';

/** A step that ends when the test says so, and writes down when it begins and ends. */
function step(name: string, seen: string[]) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = async () => {
    seen.push(`${name} begins`);
    await promise;
    seen.push(`${name} ends`);
  };
  return { run, end: resolve };
}

it('many use it at once; a change waits for them, and whoever comes later for the change', async () => {
  const shared = openShared();
  const seen: string[] = [];
  const [a, b, change, c] = ['a', 'b', 'change', 'c'].map(name => step(name, seen));
  if (!a || !b || !change || !c) throw new Error('four steps');
  const all = [shared.use(a.run), shared.use(b.run), shared.change(change.run), shared.use(c.run)];
  await settled();
  expect(seen).toEqual(['a begins', 'b begins']);
  a.end();
  await settled();
  expect(seen).toEqual(['a begins', 'b begins', 'a ends']);
  b.end();
  await settled();
  expect(seen.slice(3)).toEqual(['b ends', 'change begins']);
  change.end();
  await settled();
  expect(seen.slice(5)).toEqual(['change ends', 'c begins']);
  c.end();
  await Promise.all(all);
});

it('of two changes one runs at a time, and each leaves another version', async () => {
  const shared = openShared();
  const seen: string[] = [];
  const [first, second] = ['first', 'second'].map(name => step(name, seen));
  if (!first || !second) throw new Error('two steps');
  const all = [shared.change(first.run), shared.change(second.run)];
  await settled();
  expect(seen).toEqual(['first begins']);
  const before = shared.version();
  first.end();
  await settled();
  expect(seen).toEqual(['first begins', 'first ends', 'second begins']);
  const between = shared.version();
  second.end();
  await Promise.all(all);
  expect(new Set([before, between, shared.version()]).size).toBe(3);
});

it('what fails is its caller’s affair and keeps nobody out', async () => {
  const shared = openShared();
  const fail = () => Promise.reject(new Error('no'));
  await expect(shared.use(fail)).rejects.toThrow('no');
  await expect(shared.change(fail)).rejects.toThrow('no');
  expect(await shared.use(async () => 1)).toBe(1);
  expect(await shared.change(async () => 2)).toBe(2);
});

/** Until everything has happened that can without the test. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

it('who changes the whole waits for all that use a part, and a part has changed with it', async () => {
  const whole = openShared();
  const [one, other] = [sharedWithin(whole, openShared()), sharedWithin(whole, openShared())];
  const steps: string[] = [];
  const goOn = Promise.withResolvers<void>();
  const use = one.use(async () => {
    await goOn.promise;
    steps.push('used');
  });
  const before = other.version();
  const change = whole.change(async () => void steps.push('whole'));
  const after = other.change(async () => void steps.push('part'));
  goOn.resolve();
  await Promise.all([use, change, after]);
  expect(steps).toEqual(['used', 'whole', 'part']);
  expect(one.version()).toBe(1);
  expect(other.version()).toBe(before + 2);
});
