import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openTokenFiles } from '../../src/challenge/token-files.ts';
import { webrootSolver } from '../../src/challenge/webroot.ts';
import type { Disk, Solver } from '../../src/core/ports.ts';
import { realDisk } from '../../src/store/disk.ts';
import { tokenRecord } from '../../src/store/tokens.ts';
import { openStateDir } from '../support/state-dir.ts';

const { signal } = new AbortController();
const challenge = { domain: 'a.example', token: 'tok', keyAuthorization: 'tok.thumbprint' };

let webroot: string;
let file: string;
/** Mutations in the webroot. */
let steps: string[];
let recorded: () => readonly string[];
let newOrder: (disk?: Partial<Disk>) => Solver;

beforeEach(async () => {
  webroot = await mkdtemp(join(tmpdir(), 'certd-shared-'));
  onTestFinished(() => rm(webroot, { recursive: true }));
  file = join(webroot, '.well-known/acme-challenge/tok');
  await mkdir(join(webroot, '.well-known/acme-challenge'), { recursive: true });
  steps = [];
  const disk: Disk = {
    ...realDisk,
    writeNew: (path, bytes, mode) => {
      if (path === file) steps.push('write');
      return realDisk.writeNew(path, bytes, mode);
    },
    unlink: path => {
      if (path === file) steps.push('unlink');
      return realDisk.unlink(path);
    },
  };
  const ledger = tokenRecord(realDisk, await openStateDir(), error => expect.fail(error.message));
  const tokenFiles = openTokenFiles();
  recorded = ledger.paths;
  newOrder = (changed = {}) =>
    webrootSolver({ path: webroot, disk: { ...disk, ...changed }, ledger, tokenFiles });
});

describe('two orders that share an authorization', () => {
  it('present at once, and one file serves both', async () => {
    await Promise.all([newOrder().present(challenge, signal), newOrder().present(challenge, signal)]);
    expect(steps).toEqual(['write']);
    expect(await readFile(file, 'utf8')).toBe('tok.thumbprint');
    expect(recorded()).toEqual([file]);
  });

  it('have the file until the last of them cleans up', async () => {
    const [first, second] = [newOrder(), newOrder()];
    await first.present(challenge, signal);
    const { ino } = await stat(file);
    await second.present(challenge, signal);
    await first.cleanUp('tok');
    expect((await stat(file)).ino).toBe(ino);
    await second.cleanUp('tok');
    expect(steps).toEqual(['write', 'unlink']);
    expect(recorded()).toEqual([]);
  });

  it('come and go at once as often as they like', async () => {
    const orders = [newOrder(), newOrder(), newOrder()];
    const both = async (order: Solver) => {
      await order.present(challenge, signal);
      expect(await readFile(file, 'utf8')).toBe('tok.thumbprint');
      await order.cleanUp('tok');
    };
    for (let round = 0; round < 5; round += 1) await Promise.all(orders.map(both));
    expect(await readdir(join(webroot, '.well-known/acme-challenge'))).toEqual([]);
    expect(recorded()).toEqual([]);
  });

  it('are known to a third that comes while they change over', async () => {
    const [first, second, third] = [newOrder(), newOrder(), newOrder()];
    await first.present(challenge, signal);
    await Promise.all([first.cleanUp('tok'), second.present(challenge, signal)]);
    await third.present(challenge, signal);
    await second.cleanUp('tok');
    expect(steps).toEqual(['write', 'unlink', 'write']);
    await third.cleanUp('tok');
    expect(recorded()).toEqual([]);
  });

  it('count once each, however often one presents or cleans up', async () => {
    const [first, second] = [newOrder(), newOrder()];
    await first.present(challenge, signal);
    await first.present(challenge, signal);
    await second.present(challenge, signal);
    await second.cleanUp('tok');
    await second.cleanUp('tok');
    expect(steps).toEqual(['write']);
    await first.cleanUp('tok');
    expect(steps).toEqual(['write', 'unlink']);
  });

  it.each([
    ['was removed', () => rm(file), challenge],
    ['was cut short', () => truncate(file, 3), challenge],
    ['is for another account', async () => undefined, { ...challenge, keyAuthorization: 'tok.otherprint' }],
  ])('write the file anew where it %s', async (_, spoil, wanted) => {
    const [first, second] = [newOrder(), newOrder()];
    await first.present(challenge, signal);
    await spoil();
    await second.present(wanted, signal);
    expect(await readFile(file, 'utf8')).toBe(wanted.keyAuthorization);
    await first.cleanUp('tok');
    await second.cleanUp('tok');
    expect(recorded()).toEqual([]);
  });

  it('do not count where one failed to present', async () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
    const [broken, sound] = [newOrder({ writeNew: () => Promise.reject(full) }), newOrder()];
    await expect(broken.present(challenge, signal)).rejects.toBe(full);
    await sound.present(challenge, signal);
    await broken.cleanUp('tok');
    expect(await readFile(file, 'utf8')).toBe('tok.thumbprint');
    await expect(broken.present({ ...challenge, keyAuthorization: 'tok.x' }, signal)).rejects.toBe(full);
    await sound.cleanUp('tok');
    expect(recorded()).toEqual([]);
  });
});
