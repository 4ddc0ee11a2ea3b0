import { expect, it } from 'vitest';
import { makesProgress } from '../../../src/core/status/progress.ts';

it('a scheduler that has nothing before it makes progress', () => {
  expect(makesProgress({ stepDeadlines: [], lateMs: [] }, 1e12)).toBe(true);
});

it('a step may take as long as it said, and the other steps make up for nothing', () => {
  const agenda = { stepDeadlines: [5000, 9000], lateMs: [0, 0] };
  expect(makesProgress(agenda, 4999)).toBe(true);
  expect(makesProgress(agenda, 5000)).toBe(false);
});

it('a wake-up may be five minutes late, and the other timer makes up for nothing', () => {
  expect(makesProgress({ stepDeadlines: [9e9], lateMs: [299_999, 0] }, 0)).toBe(true);
  expect(makesProgress({ stepDeadlines: [9e9], lateMs: [300_000, 0] }, 0)).toBe(false);
});
