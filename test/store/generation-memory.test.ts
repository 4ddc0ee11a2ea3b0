import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readRememberedLeaf, remembering } from '../../src/store/generation-memory.ts';
import { generationFiles, type Layout } from '../../src/store/layout.ts';
import { trustedPlace } from '../../src/store/place.ts';
import { makeGeneration, makeLeaf } from '../support/make-observed.ts';
import { openStateDir } from '../support/state-dir.ts';

let layout: Layout;
let reads: string[];
beforeEach(async () => {
  layout = await openStateDir();
  reads = [];
  mkdirSync(layout.issuedOf('a.example'), { mode: 0o700 });
  for (const id of ['0001-aabbccdd', '0002-aabbccdd']) {
    mkdirSync(directoryOf(id));
    for (const file of [...generationFiles, 'generation.json'])
      writeFileSync(join(directoryOf(id), file), id);
  }
});

const directoryOf = (id: string) => layout.issuedGeneration('a.example', id);

function look(ids: readonly string[]): readonly string[] {
  const generations = remembering(layout, 'a.example', recall =>
    ids.map(id =>
      recall(id, trustedPlace(directoryOf(id)), () => {
        reads.push(id);
        return makeGeneration({ id });
      }),
    ),
  );
  return generations.map(({ id }) => id);
}

it('reads a generation once, as long as its files stay the same', () => {
  expect(look(['0001-aabbccdd', '0002-aabbccdd'])).toEqual(['0001-aabbccdd', '0002-aabbccdd']);
  expect(look(['0001-aabbccdd', '0002-aabbccdd'])).toEqual(['0001-aabbccdd', '0002-aabbccdd']);
  expect(reads).toEqual(['0001-aabbccdd', '0002-aabbccdd']);
});

it.each([...generationFiles, 'generation.json'])('reads it again when somebody has touched its %s', file => {
  look(['0001-aabbccdd', '0002-aabbccdd']);
  chmodSync(join(directoryOf('0002-aabbccdd'), file), 0o600);
  look(['0001-aabbccdd', '0002-aabbccdd']);
  expect(reads).toEqual(['0001-aabbccdd', '0002-aabbccdd', '0002-aabbccdd']);
});

it('reads one that misses a file, or is no directory, each time', () => {
  rmSync(join(directoryOf('0001-aabbccdd'), 'chain.pem'));
  writeFileSync(directoryOf('0003-aabbccdd'), 'no directory');
  for (let times = 0; times < 2; times++) look(['0001-aabbccdd', '0003-aabbccdd']);
  expect(reads).toEqual(['0001-aabbccdd', '0003-aabbccdd', '0001-aabbccdd', '0003-aabbccdd']);
});

it('forgets what is gone, and never remembers what was damaged', () => {
  look(['0001-aabbccdd']);
  look([]);
  expect(look(['0001-aabbccdd'])).toEqual(['0001-aabbccdd']);
  expect(reads).toEqual(['0001-aabbccdd', '0001-aabbccdd']);
  const place = trustedPlace(directoryOf('0002-aabbccdd'));
  const spoiled = () => {
    reads.push('spoiled');
    throw new Error('damaged');
  };
  for (let times = 0; times < 2; times++) {
    expect(() => remembering(layout, 'a.example', recall => recall('0002-aabbccdd', place, spoiled))).toThrow(
      'damaged',
    );
  }
  expect(reads.slice(2)).toEqual(['spoiled', 'spoiled']);
});

it('reads the leaf of what is live once, until its file changes, another is live, or it is gone', () => {
  const leafOf = (id: string) =>
    readRememberedLeaf(layout, 'a.example', directoryOf(id), directory => {
      reads.push(directory.slice(-13));
      return makeLeaf({ serial: directory.slice(-13) });
    }).serial;
  expect([leafOf('0001-aabbccdd'), leafOf('0001-aabbccdd')]).toEqual(['0001-aabbccdd', '0001-aabbccdd']);
  expect(reads).toEqual(['0001-aabbccdd']);
  chmodSync(join(directoryOf('0001-aabbccdd'), 'cert.pem'), 0o600);
  leafOf('0001-aabbccdd');
  expect(leafOf('0002-aabbccdd')).toBe('0002-aabbccdd');
  expect(reads).toEqual(['0001-aabbccdd', '0001-aabbccdd', '0002-aabbccdd']);
  rmSync(join(directoryOf('0002-aabbccdd'), 'cert.pem'));
  leafOf('0002-aabbccdd');
  leafOf('0002-aabbccdd');
  expect(reads).toHaveLength(5);
});
