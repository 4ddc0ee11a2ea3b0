import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hideProgress, progress } from '../../src/commands/progress.ts';

const { stderr } = process;
const before = { isTTY: stderr.isTTY, write: stderr.write };
let written = '';

beforeEach(() => {
  written = '';
  stderr.isTTY = true;
  stderr.write = (text: string | Uint8Array) => {
    written += String(text);
    return true;
  };
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
  Object.assign(stderr, before);
});

it('says after two seconds what is waited for, and clears its line at the end', () => {
  const done = progress('waiting');
  vi.advanceTimersByTime(1000);
  expect(written).toBe('');
  vi.advanceTimersByTime(1000);
  expect(written).toBe('\rwaiting (2 s)');
  done();
  expect(written).toBe('\rwaiting (2 s)\r\u001b[K');
});

it('makes room for a line of the log, and comes back with the next second', () => {
  const done = progress('waiting');
  vi.advanceTimersByTime(2000);
  hideProgress();
  expect(written).toBe('\rwaiting (2 s)\r\u001b[K');
  hideProgress();
  vi.advanceTimersByTime(1000);
  expect(written).toBe('\rwaiting (2 s)\r\u001b[K\rwaiting (3 s)');
  done();
});
