import { expect, it } from 'vitest';
import type { OutputFile } from '../../src/core/deploy-model.ts';
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
