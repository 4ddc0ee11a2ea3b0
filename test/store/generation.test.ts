import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { generationIds, liveId, type Pair, readLeafOf, readPair } from '../../src/store/generation.ts';
import { layoutAt } from '../../src/store/layout.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { modesOf, ownDir } from '../support/state-dir.ts';

let pair: Pair;
let other: Pair;

beforeAll(async () => {
  pair = await makePair();
  other = await makePair();
});

async function generation(): Promise<string> {
  const directory = join(ownDir(), '0001-aabbccdd');
  await writeGeneration(directory, pair);
  return directory;
}

/** Puts another text into a file that is read-only, as every file of a generation. */
function overwrite(directory: string, file: string, text: string): void {
  rmSync(join(directory, file));
  writeFileSync(join(directory, file), text);
}

it('gives back what was written, with the leaf', async () => {
  const directory = await generation();
  expect(readPair(directory)).toMatchObject({ ...pair, leaf: { domains: ['a.example'] } });
  expect(readLeafOf(directory).domains).toEqual(['a.example']);
  expect(readFileSync(join(directory, 'fullchain.pem'), 'utf8')).toBe(pair.cert + pair.chain);
  expect(modesOf(directory)).toEqual([
    '0400 cert.pem',
    '0400 chain.pem',
    '0400 fullchain.pem',
    '0400 privkey.pem',
  ]);
});

it('reads a leaf alone, whose chain file is empty', async () => {
  const directory = join(ownDir(), 'alone');
  await writeGeneration(directory, { ...pair, chain: '' });
  expect(readPair(directory)).toMatchObject({ cert: pair.cert, chain: '' });
});

it('puts foreign PEM into canonical form', async () => {
  const directory = await generation();
  const loose = pair.cert.replaceAll('\n', '\r\n');
  overwrite(directory, 'cert.pem', `\n${loose}\n\n`);
  overwrite(directory, 'fullchain.pem', loose + pair.chain);
  expect(readPair(directory)).toMatchObject(pair);
});

it.each<[string, (directory: string) => void, string]>([
  [
    'the key of another leaf',
    directory => overwrite(directory, 'privkey.pem', other.key),
    'privkey.pem does not fit cert.pem',
  ],
  [
    'the full chain of another leaf',
    directory => overwrite(directory, 'fullchain.pem', other.cert + other.chain),
    'fullchain.pem is not cert.pem and chain.pem',
  ],
  [
    'a full chain without its chain',
    directory => overwrite(directory, 'fullchain.pem', pair.cert),
    'fullchain.pem is not cert.pem and chain.pem',
  ],
  [
    'the leaf of another generation',
    directory => overwrite(directory, 'cert.pem', other.cert),
    'fullchain.pem is not cert.pem and chain.pem',
  ],
  [
    'a truncated leaf',
    directory => {
      chmodSync(join(directory, 'cert.pem'), 0o600);
      truncateSync(join(directory, 'cert.pem'), 200);
    },
    'holds no certificate',
  ],
  [
    'a truncated key',
    directory => overwrite(directory, 'privkey.pem', pair.key.slice(0, 100)),
    'private key cannot be parsed',
  ],
  ['an empty key', directory => overwrite(directory, 'privkey.pem', ''), 'private key cannot be parsed'],
  ['a missing chain file', directory => rmSync(join(directory, 'chain.pem')), 'chain.pem is not there'],
  ['a key inside the chain', directory => overwrite(directory, 'chain.pem', pair.key), 'holds a PRIVATE KEY'],
  [
    'a linked key',
    directory => {
      renameSync(join(directory, 'privkey.pem'), join(directory, '../elsewhere.pem'));
      symlinkSync('../elsewhere.pem', join(directory, 'privkey.pem'));
    },
    'privkey.pem: it is no regular file',
  ],
  [
    'a huge file',
    directory => overwrite(directory, 'chain.pem', 'x'.repeat(256 * 1024 + 1)),
    'chain.pem: it has 262145 bytes, more than 262144',
  ],
  [
    'a directory in the place of a file',
    directory => {
      rmSync(join(directory, 'cert.pem'));
      mkdirSync(join(directory, 'cert.pem'));
    },
    'cert.pem: it is no regular file',
  ],
])('refuses %s as damage', async (_, spoil, words) => {
  const directory = await generation();
  spoil(directory);
  const refusal = expect.objectContaining({
    code: 'generation-damaged',
    message: expect.stringContaining(words),
  });
  expect(() => readPair(directory)).toThrow(refusal);
  expect(() => readPair(directory)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(directory) }),
  );
  expect(() => readPair(directory)).not.toThrow(pair.key.slice(40, 80));
});

it('refuses a generation that is missing or no directory', async () => {
  const directory = await generation();
  rmSync(directory, { recursive: true });
  expect(() => readPair(directory)).toThrow(expect.objectContaining({ code: 'generation-damaged' }));
  expect(() => readLeafOf(directory)).toThrow(expect.objectContaining({ code: 'generation-damaged' }));
  writeFileSync(directory, '');
  expect(() => readPair(directory)).toThrow(expect.objectContaining({ code: 'generation-damaged' }));
  expect(() => readLeafOf(directory)).toThrow(expect.objectContaining({ code: 'generation-damaged' }));
});

it('knows generation ids among other entries, oldest first by counter', () => {
  expect(
    generationIds(['10000-00000000', '0002-bbbbbbbb', '.new-0003-cccccccc', 'notes', '9999-ffffffff']),
  ).toEqual(['0002-bbbbbbbb', '9999-ffffffff', '10000-00000000']);
});

it.each([
  ['../deployed/a.example/0001-aabbccdd', '0001-aabbccdd'],
  ['../deployed/a.example/notes', null],
  ['../deployed/b.example/0001-aabbccdd', null],
  ['/elsewhere/0001-aabbccdd', null],
])('reads live/a.example -> %s as %s', (to, id) => {
  const layout = layoutAt(ownDir());
  mkdirSync(layout.live);
  symlinkSync(to, layout.liveLink('a.example'));
  expect(liveId(layout, 'a.example')).toBe(id);
});

it('has no live generation where there is no link', () => {
  const layout = layoutAt(ownDir());
  mkdirSync(layout.liveLink('b.example'), { recursive: true });
  expect(liveId(layout, 'a.example')).toBeNull();
  expect(liveId(layout, 'b.example')).toBeNull();
});
