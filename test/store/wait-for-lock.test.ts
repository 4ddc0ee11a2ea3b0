import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { takeLock } from '../../src/store/lock.ts';
import { waitForLock } from '../../src/store/wait-for-lock.ts';
import { ownDir } from '../support/state-dir.ts';

const minute = 60_000;

function waiting() {
  const path = join(ownDir(), 'lock');
  const stop = new AbortController();
  const { promise: waits, resolve: onWait } = Promise.withResolvers<void>();
  const wait = (limitMs: number) => waitForLock(path, { limitMs, signal: stop.signal, onWait });
  return { path, stop, waits, wait };
}

it('takes a lock that is free at once', async () => {
  const { path, wait, waits } = waiting();
  const waited = vi.fn();
  void waits.then(waited);
  const release = await wait(minute);
  expect(waited).not.toHaveBeenCalled();
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'locked' }));
  release();
  takeLock(path)();
});

it('waits until another process gives the lock back, and has it then', async () => {
  const { path, wait, waits } = waiting();
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void holder.kill());
  await once(holder.stdout, 'data');
  let has = false;
  const locked = wait(minute).then(release => {
    has = true;
    return release;
  });
  await waits;
  expect(has).toBe(false);
  holder.stdin.end();
  const release = await locked;
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'locked' }));
  release();
  takeLock(path)();
});

it('gives up after its limit, and says how long somebody has had it', async () => {
  const { path, wait } = waiting();
  onTestFinished(takeLock(path));
  await expect(wait(20)).rejects.toMatchObject({
    code: 'locked',
    message: `another certd has held ${path} for 0 minutes`,
  });
});

it('ends with a stop, and leaves the lock to others', async () => {
  const { path, stop, wait, waits } = waiting();
  const release = takeLock(path);
  const ended = expect(wait(minute)).rejects.toMatchObject({ code: 'stopped' });
  await waits;
  stop.abort();
  await ended;
  release();
  takeLock(path)();
});
