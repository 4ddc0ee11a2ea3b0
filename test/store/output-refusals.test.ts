import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Accounts } from '../../src/host/accounts.ts';
import type { Pair } from '../../src/store/generation.ts';
import { isRoot, makeOutput, nobody, outputRoom } from '../support/output-room.ts';
import { treeOf } from '../support/state-dir.ts';

const pair: Pair = { cert: 'LEAF\n', chain: 'CHAIN\n', key: 'KEY\n' };

describe('a symbolic link is never followed', () => {
  it('as the directory, or above it', async () => {
    const room = outputRoom();
    mkdirSync(join(room.top, 'real/tls'), { recursive: true, mode: 0o755 });
    symlinkSync(join(room.top, 'real'), room.at('link'));
    symlinkSync('../real/tls', room.at('tls'));
    await expect(room.write([makeOutput({ path: room.at('link/tls/x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-link',
      message: `${room.at('link')} is a symbolic link to ${join(room.top, 'real')}, which certd does not follow`,
    });
    await expect(room.write([makeOutput({ path: room.at('tls/x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-link',
      message: `${room.at('tls')} is a symbolic link to ../real/tls, which certd does not follow`,
    });
    expect(readdirSync(join(room.top, 'real/tls'))).toEqual([]);
  });

  it.each(['x.pem', '.certd-new-x.pem'])('as %s', async name => {
    const room = outputRoom();
    const victim = join(room.top, 'victim');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, room.at(name));
    await expect(room.write([makeOutput({ path: room.at('x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-link',
      message: `${room.at(name)} is a symbolic link to ${victim}, which certd does not follow`,
    });
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readdirSync(room.dir)).toEqual([name]);
  });
});

describe('only a file gives way', () => {
  it('not a directory', async () => {
    const room = outputRoom();
    mkdirSync(room.at('x.pem'));
    await expectRefusal(room, 'is a directory, and no file');
  });

  it('not a named pipe', async () => {
    const room = outputRoom();
    execFileSync('sh', ['-c', 'mkfifo "$0"', room.at('x.pem')]);
    await expectRefusal(room, 'is a named pipe, and no file');
  });

  it('not a socket', async () => {
    const room = outputRoom();
    const server = createServer().listen(room.at('x.pem'));
    onTestFinished(() => void server.close());
    await new Promise(resolve => server.once('listening', resolve));
    await expectRefusal(room, 'is a socket, and no file');
  });

  it('not a device', async () => {
    const room = outputRoom();
    // One of the test's own: what is done to it must never be done to the host's.
    const made = spawnSync('sh', ['-c', 'mknod "$0" c 1 3', room.at('x.pem')], { encoding: 'utf8' });
    if (made.status === 0) await expectRefusal(room, 'is a device, and no file');
    // Only root may make one, and in some containers not even root.
    else expect(made.stderr).toContain('Operation not permitted');
  });

  it('nor what is no file in the place where a crash leaves one', async () => {
    const room = outputRoom();
    mkdirSync(room.at('.certd-new-x.pem'));
    await expect(room.write([makeOutput({ path: room.at('x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-target-refused',
      message: `${room.at('.certd-new-x.pem')} is a directory, and no file`,
    });
  });

  async function expectRefusal(room: ReturnType<typeof outputRoom>, words: string) {
    const file = makeOutput({ path: room.at('x.pem') });
    await expect(room.write([file], pair)).rejects.toMatchObject({
      code: 'output-target-refused',
      message: `${room.at('x.pem')} ${words}`,
    });
    expect(readdirSync(room.dir)).toEqual(['x.pem']);
  }
});

describe('a directory that somebody else could change is refused', () => {
  it.each([
    ['everybody may write', 0o757, 'may be written by everybody, who could put another file there'],
    ['its group may write', 0o775, 'may be written by its group, which could put another file there'],
    ['everybody may write, with the sticky bit, for the file itself', 0o1777, 'may be written by everybody'],
  ])('where %s', async (_, mode, words) => {
    const room = outputRoom();
    chmodSync(room.dir, mode);
    await expect(room.write([makeOutput({ path: room.at('x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-directory-unsafe',
      message: expect.stringContaining(`${room.dir} ${words}`),
    });
    expect(readdirSync(room.dir)).toEqual([]);
  });

  it('also above the one that the file is in', async () => {
    const room = outputRoom();
    mkdirSync(room.at('tls'), { mode: 0o755 });
    chmodSync(room.dir, 0o775);
    await expect(room.write([makeOutput({ path: room.at('tls/x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-directory-unsafe',
      message: expect.stringContaining(`${room.dir} may be written by its group`),
    });
    expect(readdirSync(room.at('tls'))).toEqual([]);
  });

  it('that belongs to another user than root and the owner of the file', async () => {
    const room = outputRoom();
    mkdirSync(room.at('tls'), { mode: 0o755 });
    const mine = makeOutput({ path: room.at('tls/x.pem') });
    if (!isRoot) {
      // Only root can make the directory of another user, so here it is the user of the tests who is another one.
      const accounts = accountsOf({ uid: 4242, gid: 4242, groups: [] });
      await expect(room.write([mine], pair, { accounts })).rejects.toMatchObject({
        code: 'output-directory-unsafe',
      });
      return;
    }
    chownSync(room.at('tls'), nobody, nobody);
    await expect(room.write([mine], pair)).rejects.toMatchObject({
      code: 'output-directory-unsafe',
      message: `${room.at('tls')} belongs to user 65534, who could put another file there`,
    });
    expect(readdirSync(room.at('tls'))).toEqual([]);
    await room.write([{ ...mine, owner: '65534' }], pair);
    expect(readdirSync(room.at('tls'))).toEqual(['x.pem']);
  });
});

describe('every refusal comes before anything is written', () => {
  it('of the last of several files', async () => {
    const room = outputRoom();
    mkdirSync(room.at('open'));
    chmodSync(room.at('open'), 0o777);
    const files = ['a.pem', 'b.pem', 'open/c.pem'].map(name => makeOutput({ path: room.at(name) }));
    await expect(room.write(files, pair)).rejects.toMatchObject({ code: 'output-directory-unsafe' });
    expect(treeOf(room.dir)).toEqual(['0777 open/']);
  });

  it('a directory that is not there, and one that is none', async () => {
    const room = outputRoom();
    writeFileSync(room.at('file'), '');
    await expect(room.write([makeOutput({ path: room.at('no/x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-directory-missing',
      message: `${room.at('no')} is not there`,
    });
    await expect(room.write([makeOutput({ path: room.at('file/x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-directory-missing',
      message: `${room.at('file')} is no directory`,
    });
  });

  it('the state directory, also under another name', async () => {
    const room = outputRoom();
    const moved = join(room.top, 'elsewhere');
    renameSync(room.stateRoot, moved);
    mkdirSync(join(moved, 'live'));
    symlinkSync(moved, room.stateRoot);
    await expect(room.write([makeOutput({ path: join(moved, 'live/x.pem') })], pair)).rejects.toMatchObject({
      code: 'output-target-refused',
      message: `${moved} is the state directory of certd, which is its own`,
    });
    expect(readdirSync(join(moved, 'live'))).toEqual([]);
  });

  it.each([
    ['a user', { owner: 'no-such-user' }, 'this host has no user no-such-user'],
    ['a group', { group: 'no-such-group' }, 'this host has no group no-such-group'],
  ])('%s that the host does not have', async (_, who, words) => {
    const room = outputRoom();
    const path = room.at('x.pem');
    await expect(room.write([makeOutput({ path, ...who })], pair)).rejects.toMatchObject({
      code: 'output-owner-unknown',
      message: `${path}: ${words}`,
    });
    expect(readdirSync(room.dir)).toEqual([]);
  });

  it.each([
    ['a user', { owner: '65534' }, 'only root may give a file to user 65534'],
    ['a group', { group: '65534' }, 'only root and members of group 65534 may give a file to it'],
  ])('%s that a deployer who is not root cannot give', async (_, who, words) => {
    const room = outputRoom();
    const path = room.at('x.pem');
    const accounts = accountsOf({ uid: 1000, gid: 1000, groups: [4, 27] });
    await expect(room.write([makeOutput({ path, ...who })], pair, { accounts })).rejects.toMatchObject({
      code: 'output-owner-denied',
      message: `${path}: ${words}`,
    });
    expect(readdirSync(room.dir)).toEqual([]);
  });
});

function accountsOf(own: Accounts['own']): Accounts {
  return { own, userId: Number, groupId: Number };
}
