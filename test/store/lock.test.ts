import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { takeLock } from '../../src/store/lock.ts';
import { ownDir } from '../support/state-dir.ts';

/** Another process that holds the lock, once its first output is there. */
const holder = `
  import { takeLock } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/lock.ts'))};
  takeLock(process.argv[1]);
  process.stdout.write('held');
  setInterval(() => {}, 60_000);
`;

async function startHolder(path: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

it('refuses a second process while the first lives, and is free after its kill', async () => {
  const path = join(ownDir(), 'lock');
  const child = await startHolder(path);
  expect(() => takeLock(path)).toThrow(
    expect.objectContaining({ code: 'locked', message: `another certd holds ${path}` }),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  const release = takeLock(path);
  expect(existsSync(path)).toBe(true);
  release();
});

it('refuses a second time in the same process, until it is released', () => {
  const path = join(ownDir(), 'lock');
  const release = takeLock(path);
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'locked' }));
  release();
  takeLock(path)();
  expect(existsSync(path)).toBe(true);
});

it('is not inherited by a program that is started meanwhile', async () => {
  const path = join(ownDir(), 'lock');
  const release = takeLock(path);
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  release();
  takeLock(path)();
});

it('does not follow a link', () => {
  const dir = ownDir();
  writeFileSync(join(dir, 'elsewhere'), '');
  symlinkSync(join(dir, 'elsewhere'), join(dir, 'lock'));
  expect(() => takeLock(join(dir, 'lock'))).toThrow(expect.objectContaining({ code: 'ELOOP' }));
});
