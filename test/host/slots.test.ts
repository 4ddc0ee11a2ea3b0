import { expect, it } from 'vitest';
import { openSlots } from '../../src/host/slots.ts';

it('lets so many steps run at once and the others follow in their order, whether or not one fails', async () => {
  const inSlot = openSlots(2);
  const log: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const step = (name: string) =>
    inSlot(() => {
      log.push(`${name} begins`);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, failure => (failure === undefined ? resolve(name) : reject(failure)));
      });
    });
  const [a, b, c, d] = [step('a'), step('b'), step('c'), step('d')];
  expect(log).toEqual(['a begins', 'b begins']);
  ends.get('b')?.(new Error('b fails'));
  await expect(b).rejects.toThrow('b fails');
  await expect.poll(() => log).toEqual(['a begins', 'b begins', 'c begins']);
  ends.get('a')?.();
  expect(await a).toBe('a');
  await expect.poll(() => log.at(-1)).toBe('d begins');
  ends.get('c')?.();
  ends.get('d')?.();
  expect(await Promise.all([c, d])).toEqual(['c', 'd']);
  // All places are free again.
  const [e, f] = [step('e'), step('f')];
  expect(log.slice(-2)).toEqual(['e begins', 'f begins']);
  ends.get('e')?.();
  ends.get('f')?.();
  await Promise.all([e, f]);
});
