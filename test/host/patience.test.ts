import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import { openPatience } from '../../src/host/patience.ts';

function room() {
  const state = { now: 1_000, asked: 0, answer: null as CertdError | null };
  const patience = openPatience(() => state.now);
  const ask = () =>
    patience(async () => {
      state.asked += 1;
      if (state.answer !== null) throw state.answer;
      return 'made';
    });
  return { state, ask };
}

it('who was told to wait is not asked for again before that moment, and the same is said', async () => {
  const { state, ask } = room();
  const limited = new CertdError('rate-limited', 'too many', { notBefore: 5_000 });
  state.answer = limited;
  await expect(ask()).rejects.toBe(limited);
  state.now = 4_999;
  await expect(ask()).rejects.toBe(limited);
  expect(state.asked).toBe(1);
  state.now = 5_000;
  state.answer = null;
  await expect(ask()).resolves.toBe('made');
  await expect(ask()).resolves.toBe('made');
  expect(state.asked).toBe(3);
});

it('a refusal that names no moment holds nobody back', async () => {
  const { state, ask } = room();
  state.answer = new CertdError('ca-error', 'it is ill');
  await expect(ask()).rejects.toBe(state.answer);
  await expect(ask()).rejects.toBe(state.answer);
  expect(state.asked).toBe(2);
});
