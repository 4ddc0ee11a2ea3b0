import { expect, it } from 'vitest';
import { firstDeployState, type OutputFile } from '../../src/core/deploy/deploy-model.ts';
import { CertdError } from '../../src/core/errors.ts';
import { deployBench, start } from './bench.ts';

const file: OutputFile = { path: '/x.pem', content: 'key', owner: null, group: null, mode: 0o400 };
const wanted = { name: 'a', id: '0002-bbbbbbbb', hooks: ['first'], files: [file] } as const;

it('writes the files when the generation is live, before the first hook, and records them at the end', async () => {
  const bench = deployBench();
  await bench.deploy(wanted);
  expect(bench.log.filter(line => !line.startsWith('saved'))).toEqual([
    'install a 0002-bbbbbbbb',
    'flip a 0002-bbbbbbbb',
    'write files of a 0002-bbbbbbbb',
    'run first for a',
    'prune a',
  ]);
  expect(bench.states.get('a')?.files).toEqual(['key -:- 0400 /x.pem']);
});

it('runs no hook where they cannot be written, says why, and tries again with back-off', async () => {
  const refused = new CertdError('output-directory-unsafe', '/ belongs to user 7');
  const bench = deployBench({
    change: () => ({
      writeFiles: async ({ name }) => {
        if (name === 'a') throw refused;
      },
    }),
  });
  const outcomes = await bench.deploy(wanted, { ...wanted, name: 'b' });
  const message = '/ belongs to user 7; the new one stays: there is none to go back to';
  expect(outcomes).toMatchObject([
    { name: 'a', error: { code: 'output-directory-unsafe', message } },
    { name: 'b', error: null },
  ]);
  expect(bench.log.filter(line => line.startsWith('run'))).toEqual(['run first for b']);
  expect(bench.states.get('a')).toMatchObject({
    deployed: null,
    files: [],
    failures: 1,
    nextAttemptAt: start + 60_000 * 1.05,
    lastError: { code: 'output-directory-unsafe', message },
  });
});

const unsafe = new CertdError('output-directory-unsafe', '/ belongs to user 7');

it('goes back where they are refused, which is no reason to be stuck there: none was written', async () => {
  const bench = deployBench({
    change: () => ({
      writeFiles: async () => {
        throw unsafe;
      },
    }),
  });
  bench.states.set('a', { ...firstDeployState, deployed: '0001-aaaaaaaa' });
  await bench.deploy(wanted);
  expect(bench.log.filter(line => !line.startsWith('saved'))).toEqual([
    'install a 0002-bbbbbbbb',
    'flip a 0002-bbbbbbbb',
    'flip a 0001-aaaaaaaa',
  ]);
  expect(bench.states.get('a')).toMatchObject({
    deployed: '0001-aaaaaaaa',
    underWay: null,
    refused: '0002-bbbbbbbb',
    lastError: {
      code: 'output-directory-unsafe',
      message: '/ belongs to user 7; 0001-aaaaaaaa is live again',
    },
  });
});

it('is on its way back for as long as files that were written cannot be taken back', async () => {
  let isOpen = true;
  const bench = deployBench({
    hooks: { first: 'hook-failed' },
    change: () => ({
      writeFiles: async (_, id) => {
        if (id === '0001-aaaaaaaa' && isOpen) throw unsafe;
      },
    }),
  });
  bench.states.set('a', { ...firstDeployState, deployed: '0001-aaaaaaaa' });
  await bench.deploy(wanted);
  expect(bench.states.get('a')).toMatchObject({
    underWay: { id: '0002-bbbbbbbb', back: { code: 'hook-failed' } },
    lastError: { code: 'output-directory-unsafe' },
  });
  isOpen = false;
  await bench.deploy(wanted);
  expect(bench.live.get('a')).toBe('0001-aaaaaaaa');
});
