import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTokenFiles } from '../../src/challenge/token-files.ts';
import { sweepTokens, type TokenLedger, webrootSolver } from '../../src/challenge/webroot.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { Disk, Solver } from '../../src/core/ports.ts';
import { realDisk } from '../../src/store/disk.ts';

const { signal } = new AbortController();
const challenge = { domain: 'a.example', token: 'tok-EN_1', keyAuthorization: 'tok-EN_1.thumbprint' };

type Room = {
  readonly root: string;
  readonly webroot: string;
  readonly ledger: TokenLedger;
  readonly recorded: string[];
  readonly steps: string[];
  solver(disk?: Partial<Disk>): Solver;
};

async function openRoom(): Promise<Room> {
  const root = await mkdtemp(join(tmpdir(), 'certd-webroot-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const webroot = join(root, 'www');
  await mkdir(webroot);
  const recorded: string[] = [];
  const steps: string[] = [];
  const ledger: TokenLedger = {
    paths: () => recorded,
    has: path => recorded.includes(path),
    async add(path) {
      steps.push('record');
      if (!recorded.includes(path)) recorded.push(path);
    },
    async remove(path) {
      steps.push('forget');
      if (recorded.includes(path)) recorded.splice(recorded.indexOf(path), 1);
    },
  };
  const tokenFiles = openTokenFiles();
  const solver = (disk: Partial<Disk> = {}) => {
    const whole: Disk = {
      ...realDisk,
      writeNew: (path, bytes, mode) => {
        steps.push('write');
        return realDisk.writeNew(path, bytes, mode);
      },
      ...disk,
    };
    return webrootSolver({ path: webroot, disk: whole, ledger, tokenFiles });
  };
  return { root, webroot, ledger, recorded, steps, solver };
}

const fileIn = (room: Room) => join(room.webroot, '.well-known/acme-challenge', challenge.token);

describe('webrootSolver', () => {
  it('records, then writes a file that everyone may read, below directories of its own', async () => {
    const room = await openRoom();
    const before = process.umask(0o077);
    await room
      .solver()
      .present(challenge, signal)
      .finally(() => process.umask(before));
    expect(room.steps).toEqual(['record', 'write']);
    expect(await readFile(fileIn(room), 'utf8')).toBe('tok-EN_1.thumbprint');
    expect((await stat(fileIn(room))).mode & 0o777).toBe(0o644);
    expect((await stat(join(room.webroot, '.well-known'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(room.webroot, '.well-known/acme-challenge'))).mode & 0o777).toBe(0o755);
    expect(room.recorded).toEqual([fileIn(room)]);
  });

  it('removes its file and its record', async () => {
    const room = await openRoom();
    const solver = room.solver();
    await solver.present(challenge, signal);
    await solver.cleanUp(challenge.token);
    expect(await readdir(join(room.webroot, '.well-known/acme-challenge'))).toEqual([]);
    expect(room.recorded).toEqual([]);
  });

  it('forgets a file that somebody else removed', async () => {
    const room = await openRoom();
    const solver = room.solver();
    await solver.present(challenge, signal);
    await rm(fileIn(room));
    await solver.cleanUp(challenge.token);
    expect(room.recorded).toEqual([]);
  });

  it('replaces a half-written file of its own', async () => {
    const room = await openRoom();
    await room.solver().present(challenge, signal);
    await writeFile(fileIn(room), 'tok');
    await room.solver().present(challenge, signal);
    expect(await readFile(fileIn(room), 'utf8')).toBe('tok-EN_1.thumbprint');
  });

  it('neither replaces nor removes a file that it did not record', async () => {
    const room = await openRoom();
    await mkdir(join(room.webroot, '.well-known/acme-challenge'), { recursive: true });
    await writeFile(fileIn(room), 'precious');
    await expect(room.solver().present(challenge, signal)).rejects.toMatchObject({
      code: 'webroot-unusable',
      facts: { path: fileIn(room), errno: 'EEXIST' },
    });
    await room.solver().cleanUp(challenge.token);
    expect(await readFile(fileIn(room), 'utf8')).toBe('precious');
    expect(room.recorded).toEqual([]);
  });

  it('follows no link in the place of a token', async () => {
    const room = await openRoom();
    await mkdir(join(room.webroot, '.well-known/acme-challenge'), { recursive: true });
    await symlink(join(room.root, 'outside'), fileIn(room));
    await expect(room.solver().present(challenge, signal)).rejects.toMatchObject({
      code: 'webroot-unusable',
    });
    expect(await readdir(room.root)).toEqual(['www']);
  });

  it.each(['.well-known', '.well-known/acme-challenge'])('refuses %s when it is a link', async place => {
    const room = await openRoom();
    await mkdir(join(room.root, 'outside'));
    if (place !== '.well-known') await mkdir(join(room.webroot, '.well-known'));
    await symlink(join(room.root, 'outside'), join(room.webroot, place));
    await expect(room.solver().present(challenge, signal)).rejects.toMatchObject({
      code: 'webroot-unusable',
      facts: { path: join(room.webroot, place), errno: 'ELOOP' },
    });
    expect(await readdir(join(room.root, 'outside'))).toEqual([]);
    expect(room.recorded).toEqual([]);
  });

  it('follows a webroot that is a link', async () => {
    const room = await openRoom();
    await symlink(room.webroot, join(room.root, 'alias'));
    const { ledger } = room;
    const path = join(room.root, 'alias');
    const solver = webrootSolver({ path, disk: realDisk, ledger, tokenFiles: openTokenFiles() });
    await solver.present(challenge, signal);
    expect((await lstat(fileIn(room))).isFile()).toBe(true);
  });

  it.each([
    ['is missing', 'ENOENT', async (room: Room) => rm(room.webroot, { recursive: true })],
    [
      'is a file',
      'ENOTDIR',
      async (room: Room) => {
        await rm(room.webroot, { recursive: true });
        await writeFile(room.webroot, '');
      },
    ],
    [
      'holds a file in the place of a directory',
      'ENOTDIR',
      async (room: Room) => writeFile(join(room.webroot, '.well-known'), ''),
    ],
  ])('refuses a webroot that %s', async (_, errno, spoil) => {
    const room = await openRoom();
    await spoil(room);
    await expect(room.solver().present(challenge, signal)).rejects.toMatchObject({
      code: 'webroot-unusable',
      facts: { errno },
    });
  });

  it('says of a webroot that is missing who is to make it', async () => {
    const room = await openRoom();
    await rm(room.webroot, { recursive: true });
    await expect(room.solver().present(challenge, signal)).rejects.toMatchObject({
      message: `${room.webroot} does not exist, and certd does not make it.`,
    });
  });

  it('names a webroot that it may not write to', async () => {
    const room = await openRoom();
    const denied = Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open', path: fileIn(room) });
    const solver = room.solver({ writeNew: () => Promise.reject(denied) });
    await expect(solver.present(challenge, signal)).rejects.toMatchObject({
      code: 'webroot-unusable',
      message: `${fileIn(room)} cannot be used: open failed with EACCES.`,
    });
  });

  it('leaves a full disk and any other failure as they are', async () => {
    const room = await openRoom();
    const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
    await expect(
      room.solver({ writeNew: () => Promise.reject(full) }).present(challenge, signal),
    ).rejects.toBe(full);
    const dead = new Error('killed');
    const solver = room.solver({ writeNew: () => Promise.reject(dead) });
    await expect(solver.present(challenge, signal)).rejects.toBe(dead);
    expect(room.recorded).toEqual([fileIn(room)]);
    await room.solver().cleanUp(challenge.token);
    expect(room.recorded).toEqual([]);
  });

  it('makes the directories once when two certificates come at once', async () => {
    const room = await openRoom();
    const other = { ...challenge, token: 'other' };
    await Promise.all([room.solver().present(challenge, signal), room.solver().present(other, signal)]);
    expect((await readdir(join(room.webroot, '.well-known/acme-challenge'))).sort()).toEqual([
      'other',
      'tok-EN_1',
    ]);
  });
});

describe('sweepTokens', () => {
  it('removes what is recorded and nothing else', async () => {
    const room = await openRoom();
    await room.solver().present(challenge, signal);
    await writeFile(join(room.webroot, '.well-known/acme-challenge/foreign'), '');
    room.recorded.push(join(room.webroot, '.well-known/acme-challenge/gone-already'));
    const warnings: string[] = [];
    const warn = (error: CertdError) => warnings.push(error.message);
    await sweepTokens({ disk: realDisk, ledger: room.ledger, warn });
    expect(warnings).toEqual([]);
    expect(await readdir(join(room.webroot, '.well-known/acme-challenge'))).toEqual(['foreign']);
    expect(room.recorded).toEqual([]);
  });

  it('removes nothing that is no token, whatever the record says', async () => {
    const room = await openRoom();
    const precious = join(room.webroot, 'index.html');
    await writeFile(precious, '');
    room.recorded.push(precious);
    const codes: string[] = [];
    const warn = (error: CertdError) => codes.push(error.code);
    await sweepTokens({ disk: realDisk, ledger: room.ledger, warn });
    expect(codes).toEqual(['webroot-unusable']);
    expect(await readdir(room.webroot)).toEqual(['index.html']);
  });
});
