import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { realDisk } from '../../src/store/disk.ts';
import type { Pair } from '../../src/store/generation.ts';
import type { LeftoverHost } from '../../src/store/output-leftovers.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { isRoot, makeOutput, nobody, outputRoom } from '../support/output-room.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { ownDir } from '../support/state-dir.ts';

const pair: Pair = { cert: 'LEAF\n', chain: 'CHAIN\n', key: 'KEY\n' };
const other: Pair = { cert: 'LEAF 2\n', chain: 'CHAIN 2\n', key: 'KEY 2\n' };

it.each([
  ['cert', 'LEAF\n'],
  ['chain', 'CHAIN\n'],
  ['fullchain', 'LEAF\nCHAIN\n'],
  ['key', 'KEY\n'],
  ['combined', 'LEAF\nCHAIN\nKEY\n'],
] as const)('writes %s', async (content, text) => {
  const room = outputRoom();
  await room.write([makeOutput({ path: room.at('x.pem'), content })], pair);
  expect(readFileSync(room.at('x.pem'), 'utf8')).toBe(text);
});

it('gives each file its owner, group and mode, whatever the umask', async () => {
  const room = outputRoom();
  const file = makeOutput({ path: room.at('x.pem'), owner: String(nobody), group: '1', mode: 0o640 });
  const before = process.umask(0o077);
  const written = room.write([file], pair).finally(() => process.umask(before));
  if (isRoot) {
    await written;
    const { uid, gid, mode } = statSync(room.at('x.pem'));
    expect({ uid, gid, mode: mode & 0o7777 }).toEqual({ uid: nobody, gid: 1, mode: 0o640 });
  } else {
    await expect(written).rejects.toMatchObject({ code: 'output-owner-denied' });
    expect(readdirSync(room.dir)).toEqual([]);
  }
});

it('belongs to whoever deploys where nobody is named', async () => {
  const room = outputRoom();
  await room.write([makeOutput({ path: room.at('x.pem'), content: 'cert', mode: 0o444 })], pair);
  const { uid, gid, mode } = statSync(room.at('x.pem'));
  expect({ uid, gid, mode: mode & 0o7777 }).toEqual({
    uid: process.geteuid?.(),
    gid: process.getegid?.(),
    mode: 0o444,
  });
});

it('nobody may open a file before it is its owner’s, and nothing is in it until then', async () => {
  const path = join(ownDir(), 'key');
  // No number of an account: the change of the owner fails, and what came before it is seen.
  const written = realDisk.writeNew(path, Buffer.from('secret'), 0o444, { uid: -7, gid: -7 });
  await expect(written).rejects.toThrow(/uid/);
  const { size, mode } = statSync(path);
  expect({ size, mode: mode & 0o777 }).toEqual({ size: 0, mode: 0 });
});

it('writes all beside their places before it shows the first, and syncs each directory once', async () => {
  const room = outputRoom();
  mkdirSync(room.at('tls'));
  const files = ['tls/cert.pem', 'tls/key.pem', 'all.pem'].map(name => makeOutput({ path: room.at(name) }));
  const disk = recordingDisk(room.dir);
  await room.write(files, pair, { disk });
  expect(disk.calls).toEqual([
    'writeNew tls/.certd-new-cert.pem',
    'writeNew tls/.certd-new-key.pem',
    'writeNew .certd-new-all.pem',
    'rename tls/.certd-new-cert.pem tls/cert.pem',
    'rename tls/.certd-new-key.pem tls/key.pem',
    'rename .certd-new-all.pem all.pem',
    'syncDir tls',
    'syncDir .',
  ]);
});

it('leaves a file alone that is as it should be, and only makes sure that it is durable', async () => {
  const room = outputRoom();
  const file = makeOutput({ path: room.at('x.pem') });
  await room.write([file], pair);
  const { ino } = statSync(room.at('x.pem'));
  const disk = recordingDisk(room.dir);
  await room.write([file], pair, { disk });
  expect(disk.calls).toEqual(['syncDir .']);
  expect(statSync(room.at('x.pem')).ino).toBe(ino);
});

it.each([
  ['content', () => ({}), other],
  ['mode', () => ({ mode: 0o440 }), pair],
  ['kind of content', () => ({ content: 'key' as const }), pair],
])('replaces one whose %s is another now', async (_, change, now) => {
  const room = outputRoom();
  await room.write([makeOutput({ path: room.at('x.pem') })], pair);
  const { ino } = statSync(room.at('x.pem'));
  await room.write([makeOutput({ path: room.at('x.pem'), ...change() })], now);
  expect(statSync(room.at('x.pem')).ino).not.toBe(ino);
  expect(readdirSync(room.dir)).toEqual(['x.pem']);
});

it('takes the place of somebody’s file, whatever its size', async () => {
  const room = outputRoom();
  writeFileSync(room.at('x.pem'), 'LEAF\nCHAIN\nkey\n', { mode: 0o400 });
  await room.write([makeOutput({ path: room.at('x.pem') })], pair);
  expect(readFileSync(room.at('x.pem'), 'utf8')).toBe('LEAF\nCHAIN\nKEY\n');
  writeFileSync(room.at('y.pem'), 'x'.repeat(100_000), { mode: 0o644 });
  await room.write([makeOutput({ path: room.at('y.pem') })], pair);
  expect(readFileSync(room.at('y.pem'), 'utf8')).toBe('LEAF\nCHAIN\nKEY\n');
});

it('removes what a crash left half-written, and takes nothing of it', async () => {
  const room = outputRoom();
  writeFileSync(room.at('.certd-new-x.pem'), 'LEA', { mode: 0o600 });
  const disk = recordingDisk(room.dir);
  await room.write([makeOutput({ path: room.at('x.pem') })], pair, { disk });
  expect(disk.calls.slice(0, 2)).toEqual(['unlink .certd-new-x.pem', 'writeNew .certd-new-x.pem']);
  expect(readdirSync(room.dir)).toEqual(['x.pem']);
});

it('removes it also beside a file that is as it should be again', async () => {
  const room = outputRoom();
  const file = makeOutput({ path: room.at('x.pem') });
  await room.write([file], pair);
  writeFileSync(room.at('.certd-new-x.pem'), 'LEAF 2\nCHAIN 2\nKEY 2\n', { mode: 0o400 });
  await room.write([file], pair);
  expect(readdirSync(room.dir)).toEqual(['x.pem']);
});

it.each([0, 1])('a disk that is full at write %i leaves every old file and nothing else', async after => {
  const room = outputRoom();
  const files = ['a.pem', 'b.pem'].map(name => makeOutput({ path: room.at(name) }));
  await room.write(files, pair);
  const disk = dyingDisk(realDisk, { after, how: 'ENOSPC' });
  await expect(room.write(files, other, { disk })).rejects.toMatchObject({
    code: 'ENOSPC',
    path: files[after]?.path,
  });
  expect(readFileSync(room.at('a.pem'), 'utf8')).toBe('LEAF\nCHAIN\nKEY\n');
  expect(readFileSync(room.at('b.pem'), 'utf8')).toBe('LEAF\nCHAIN\nKEY\n');
  expect(readdirSync(room.dir).sort()).toEqual(['a.pem', 'b.pem']);
  await room.write(files, other);
  expect(readFileSync(room.at('b.pem'), 'utf8')).toBe('LEAF 2\nCHAIN 2\nKEY 2\n');
});

it('a disk that fails at everything keeps its first error, and says what is left', async () => {
  const room = outputRoom();
  const disk = dyingDisk(realDisk, { after: 1, how: 'kill' });
  const files = ['a.pem', 'b.pem'].map(name => makeOutput({ path: room.at(name) }));
  const left: string[] = [];
  const onLeft: LeftoverHost['onLeft'] = (path, { message }) => left.push(`${path}: ${message.slice(0, 16)}`);
  await expect(room.write(files, pair, { disk, onLeft })).rejects.toThrow(/^killed at writeNew/);
  expect(left).toEqual([
    `${room.at('.certd-new-a.pem')}: killed at unlink`,
    `${room.at('.certd-new-b.pem')}: killed at unlink`,
  ]);
  expect(readdirSync(room.dir).sort()).toEqual(['.certd-new-a.pem', '.certd-new-b.pem']);
});

it('has nothing to do where there are no files', async () => {
  const room = outputRoom();
  const disk = recordingDisk(room.dir);
  await room.write([], pair, { disk });
  expect(disk.calls).toEqual([]);
});
