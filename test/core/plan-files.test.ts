import { expect, it } from 'vitest';
import type { OutputFile } from '../../src/core/deploy/deploy-model.ts';
import { planFor } from '../../src/core/plan.ts';
import { at, makeObserved, makeTarget } from '../support/make-observed.ts';

const now = at('2026-01-15');
const file: OutputFile = { path: '/x.pem', content: 'key', owner: null, group: null, mode: 0o400 };
const line = 'key -:- 0400 /x.pem';

const deployOf = (files: readonly OutputFile[], deploy: Parameters<typeof makeObserved>[0]) =>
  planFor(makeTarget({ files }), makeObserved(deploy), 'nothing', now).deploy;

it.each<[string, readonly OutputFile[], readonly string[], boolean]>([
  ['written as they are configured', [file], [line], false],
  ['added', [file], [], true],
  ['changed', [{ ...file, mode: 0o440 }], [line], true],
  ['taken out', [], [line], false],
])('files that were %s', (_, files, written, owed) => {
  const verdict = owed ? { kind: 'now', id: '0001-11223344' } : { kind: 'none' };
  expect(deployOf(files, { deploy: { files: written } })).toMatchObject(verdict);
});

it('files that could not be written wait as a failed deploy does', () => {
  const until = at('2026-01-15T01:00Z');
  expect(deployOf([file], { deploy: { nextAttemptAt: until } })).toMatchObject({ kind: 'held', until });
});

it('files bring no certificate back that is older than what is live', () => {
  const seen = makeObserved({
    live: { id: '0002-55667788', leaf: makeObserved().issued[0]?.leaf ?? expect.fail() },
  });
  expect(planFor(makeTarget({ files: [file] }), seen, 'nothing', now).deploy).toEqual({ kind: 'none' });
});
