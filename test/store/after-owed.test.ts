import { existsSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readAfterOwed, writeAfterOwed } from '../../src/store/after-owed.ts';
import { realDisk } from '../../src/store/disk.ts';
import { observe } from '../../src/store/observe.ts';
import { at } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

const owed = {
  since: at('2026-11-24T10:00:00.000Z'),
  failures: 2,
  nextAttemptAt: at('2026-11-24T10:04:00.000Z'),
  lastError: {
    code: 'after-hook-failed',
    message: 'after hook 1 (systemctl): exit 5',
    at: at('2026-11-24T10:02:00.000Z'),
    since: at('2026-11-24T10:00:30.000Z'),
    problemType: null,
  },
};

it.each([owed, { ...owed, failures: 0, nextAttemptAt: null, lastError: null }])(
  'gives what is owed back as it was written',
  async state => {
    const layout = await openStateDir();
    const path = layout.attemptOf('a.example');
    await writeAfterOwed(realDisk, path, state);
    expect(readAfterOwed(layout, 'a.example')).toEqual(state);
    expect(observe(layout, 'a.example').afterOwed).toEqual(state);
  },
);

it('has no file where nothing is owed, also when there was none', async () => {
  const layout = await openStateDir();
  const path = layout.attemptOf('a.example');
  await writeAfterOwed(realDisk, path, owed);
  await writeAfterOwed(realDisk, path, null);
  await writeAfterOwed(realDisk, path, null);
  expect(existsSync(path)).toBe(false);
  expect(readAfterOwed(layout, 'a.example')).toBeNull();
});

it('a spoiled file stops the certificate until somebody has looked, and stays as it is', async () => {
  const layout = await openStateDir();
  writeFileSync(layout.attemptOf('a.example'), '{"schema":1,"since":"yesterday"}');
  expect(observe(layout, 'a.example')).toMatchObject({
    afterOwed: null,
    faults: [{ code: 'state-corrupt', blocking: true }],
  });
});
