import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { OutputFile } from '../../src/core/deploy/deploy-model.ts';
import type { Disk } from '../../src/core/ports.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { Pair } from '../../src/store/generation.ts';
import { dyingDisk } from '../support/dying-disk.ts';
import { isRoot, makeOutput, nobody, outputRoom } from '../support/output-room.ts';
import { powerLossDisk } from '../support/power-loss.ts';

const old: Pair = { cert: 'LEAF 1\n', chain: 'CHAIN 1\n', key: 'KEY 1\n' };
const fresh: Pair = { cert: 'LEAF 22\n', chain: 'CHAIN 22\n', key: 'KEY 22\n' };

const texts = {
  'all.pem': ['LEAF 1\nCHAIN 1\nKEY 1\n', 'LEAF 22\nCHAIN 22\nKEY 22\n'],
  'chain.pem': ['CHAIN 1\n', 'CHAIN 22\n'],
  'key.pem': ['KEY 1\n', 'KEY 22\n'],
} as const;

/** Of other owners, where the tests may give files away. */
function filesOf(room: ReturnType<typeof outputRoom>): readonly OutputFile[] {
  const other = isRoot ? { owner: String(nobody), group: '1' } : {};
  return [
    makeOutput({ path: room.at('all.pem'), mode: 0o440, ...other }),
    makeOutput({ path: room.at('chain.pem'), content: 'chain', mode: 0o444 }),
    makeOutput({ path: room.at('key.pem'), content: 'key', ...other }),
  ];
}

/** Whether each file is there as a whole with its owner and mode; which of the two it is. */
function versionsOf(room: ReturnType<typeof outputRoom>, files: readonly OutputFile[]): readonly number[] {
  return Object.entries(texts).map(([name, versions]) => {
    const file = files.find(({ path }) => path === room.at(name));
    const { uid, gid, mode } = statSync(room.at(name));
    expect({ uid, gid, mode: mode & 0o7777 }).toEqual({
      uid: Number(file?.owner ?? process.geteuid?.()),
      gid: Number(file?.group ?? process.getegid?.()),
      mode: file?.mode,
    });
    const found = versions.map(String).indexOf(readFileSync(room.at(name), 'utf8'));
    expect(found, `${name} is whole`).not.toBe(-1);
    return found;
  });
}

type Stop = (
  room: ReturnType<typeof outputRoom>,
  files: readonly OutputFile[],
  after: number,
) => Promise<Disk & { calls(): number }>;

/** Stops the same write after 0, 1, 2 … calls of the disk, looks, and writes again. */
async function everyStop(stop: Stop): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  let after = 0;
  for (let reached = true; reached; after++) {
    const room = outputRoom();
    const files = filesOf(room);
    await room.write(files, old);
    reached = (await stop(room, files, after)).calls() > after;
    seen.add(versionsOf(room, files).join(''));
    await room.write(files, fresh);
    expect(versionsOf(room, files), `stopped after ${after} calls`).toEqual([1, 1, 1]);
    expect(readdirSync(room.dir).sort(), `stopped after ${after} calls`).toEqual(Object.keys(texts));
  }
  // Three writes, three renames, one sync.
  expect(after).toBe(8);
  return seen;
}

it('a kill at any call leaves each file old or new, and is healed by the next attempt', async () => {
  const seen = await everyStop(async (room, files, after) => {
    const disk = dyingDisk(realDisk, { after, how: 'kill' });
    await Promise.allSettled([room.write(files, fresh, { disk })]);
    return disk;
  });
  expect([...seen]).toEqual(['000', '100', '110', '111']);
});

it.each(['ENOSPC', 'EIO'] as const)('so does %s', async how => {
  await everyStop(async (room, files, after) => {
    const disk = dyingDisk(realDisk, { after, how });
    await Promise.allSettled([room.write(files, fresh, { disk })]);
    return disk;
  });
});

it('so does a power loss, with what was not synced gone', async () => {
  const seen = await everyStop(async (room, files, after) => {
    const power = powerLossDisk(realDisk, room.dir);
    const disk = dyingDisk(power.disk, { after, how: 'kill' });
    await Promise.allSettled([room.write(files, fresh, { disk })]);
    const left = join(room.top, 'left');
    power.leave(left);
    rmSync(room.dir, { recursive: true });
    renameSync(left, room.dir);
    return disk;
  });
  expect([...seen]).toEqual(['000', '111']);
});

it('a kill at any call of the first write leaves nothing at the path, or the whole file', async () => {
  for (let after = 0; after < 4; after++) {
    const room = outputRoom();
    const file = makeOutput({ path: room.at('x.pem') });
    const disk = dyingDisk(realDisk, { after, how: 'kill' });
    await Promise.allSettled([room.write([file], fresh, { disk })]);
    expect(existsSync(room.at('x.pem'))).toBe(after >= 2);
    await room.write([file], fresh);
    expect(readdirSync(room.dir)).toEqual(['x.pem']);
    expect(readFileSync(room.at('x.pem'), 'utf8')).toBe('LEAF 22\nCHAIN 22\nKEY 22\n');
  }
});
