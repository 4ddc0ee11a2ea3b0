import { expect, it } from 'vitest';
import { unlessAborted } from '../../src/host/unless-aborted.ts';

const reason = () => new Error('stopped');

it('gives what the work gives, or throws what it throws', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(signal, async () => 7, reason)).toBe(7);
  await expect(unlessAborted(signal, () => Promise.reject(new Error('broken')), reason)).rejects.toThrow(
    'broken',
  );
});

it('waits no longer once the signal aborts', async () => {
  const stop = new AbortController();
  const waiting = unlessAborted(stop.signal, () => new Promise(() => {}), reason);
  stop.abort();
  await expect(waiting).rejects.toThrow('stopped');
});

it('begins nothing after the abort', async () => {
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await expect(unlessAborted(AbortSignal.abort(), work, reason)).rejects.toThrow('stopped');
  expect(begun).toBe(false);
});
