import { expect, it } from 'vitest';
import { openQueue } from '../../src/host/queue.ts';

it('runs one step at a time, in the order in which they were given', async () => {
  const inTurn = openQueue();
  const told: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = inTurn(async () => {
    await promise;
    told.push('first');
    return 1;
  });
  const second = inTurn(async () => {
    told.push('second');
    return 2;
  });
  await Promise.resolve();
  expect(told).toEqual([]);
  resolve();
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  expect(told).toEqual(['first', 'second']);
});

it('goes on after a step that fails, which is its caller’s affair', async () => {
  const inTurn = openQueue();
  const failed = inTurn(() => Promise.reject(new Error('broken')));
  const next = inTurn(async () => 'done');
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('done');
});
