import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Pair } from '../../src/store/generation.ts';
import { isRoot, makeOutput, outputRoom } from '../support/output-room.ts';

const old: Pair = { cert: 'LEAF\n', chain: 'CHAIN\n', key: 'KEY\n' };
const fresh: Pair = { cert: 'LEAF 2\n', chain: 'CHAIN 2\n', key: 'KEY 2\n' };

const unshare = ['unshare', ...(isRoot ? [] : ['--map-root-user']), '--mount'] as const;
/** Not in every container. */
const canMount =
  spawnSync(unshare[0], [...unshare.slice(1), 'sh', '-c', 'mount --bind /proc /proc']).status === 0;

/** A program that writes outputs and says what came of it. */
const program = `
const { source, files, pair, stateRoot } = JSON.parse(process.argv[1]);
const from = path => import(source + path);
const [{ writeOutputs }, { realDisk }, { hostAccounts }] =
  await Promise.all([from('/store/outputs.ts'), from('/store/disk.ts'), from('/host/accounts.ts')]);
const onLeft = (path, error) => { throw error; };
await writeOutputs(realDisk, files, pair, { accounts: hostAccounts(), stateRoot, onLeft }).then(
  () => console.log(JSON.stringify('written')),
  ({ code, message }) => console.log(JSON.stringify({ code, message })),
);`;

/** Writes `names` in a mount namespace where each of `mounted` is a mount of its own. */
async function writeWhere(
  room: ReturnType<typeof outputRoom>,
  names: readonly string[],
  mounted: readonly string[],
) {
  const files = names.map((name, index) =>
    makeOutput({ path: room.at(name), content: index === 0 ? 'fullchain' : 'key' }),
  );
  const job = {
    source: join(import.meta.dirname, '../../src'),
    files,
    pair: fresh,
    stateRoot: room.stateRoot,
  };
  const script =
    'node=$1 program=$2 job=$3; shift 3; for each; do mount --bind "$each" "$each" || exit 9; done; exec "$node" --input-type=module -e "$program" "$job"';
  const words = [process.execPath, program, JSON.stringify(job), ...mounted.map(room.at)];
  const { stdout } = await promisify(execFile)(unshare[0], [
    ...unshare.slice(1),
    ...['sh', '-c', script, 'sh'],
    ...words,
  ]);
  return JSON.parse(stdout);
}

const names = ['a cert.pem', 'b\tkey.pem'];

/** Both files as an earlier deploy has left them. */
async function writtenRoom() {
  const room = outputRoom();
  const [cert = '', key = ''] = names.map(room.at);
  await room.write(
    [makeOutput({ path: cert, content: 'fullchain' }), makeOutput({ path: key, content: 'key' })],
    old,
  );
  return { ...room, texts: () => [cert, key].map(path => readFileSync(path, 'utf8')) };
}

it.runIf(canMount)('a file that is a mount of its own is refused before any other has changed', async () => {
  const room = await writtenRoom();
  expect(await writeWhere(room, names, ['b\tkey.pem'])).toEqual({
    code: 'output-target-refused',
    message: `${room.at('b\tkey.pem')} is a mount of its own, which no other file can take the place of`,
  });
  expect(room.texts()).toEqual(['LEAF\nCHAIN\n', 'KEY\n']);
  expect(readdirSync(room.dir)).toEqual(names);
});

it.runIf(canMount)('so is one in the place where a crash leaves one', async () => {
  const room = await writtenRoom();
  writeFileSync(room.at('.certd-new-b\tkey.pem'), '');
  expect(await writeWhere(room, names, ['.certd-new-b\tkey.pem'])).toMatchObject({
    message: `${room.at('.certd-new-b\tkey.pem')} is a mount of its own, which no other file can take the place of`,
  });
  expect(room.texts()).toEqual(['LEAF\nCHAIN\n', 'KEY\n']);
});

it.runIf(canMount)('a directory that is a mount of its own is written to like any other', async () => {
  const room = await writtenRoom();
  expect(await writeWhere(room, names, ['.'])).toBe('written');
  expect(room.texts()).toEqual(['LEAF 2\nCHAIN 2\n', 'KEY 2\n']);
});
