import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { sources } from '../support/source-tree.ts';

const src = sources('src').map(({ path, text }) => ({ path, lines: linesOf(text) }));
const tests = sources('test').map(({ path, text }) => ({ path, lines: linesOf(text) }));

const words = rule({
  why: 'a file that does one job can be read in two minutes; one that grew does several',
  mend: 'find the second job and give it a file that is named for it; raise a limit only with a reason beside it',
});

test('no source file has more than 300 lines, no test file more than 400', () => {
  expect(
    src.filter(({ lines }) => lines > 300),
    words,
  ).toEqual([]);
  expect(
    tests.filter(({ lines }) => lines > 400),
    words,
  ).toEqual([]);
});

test('half of the source files have at most 90 lines, nine of ten at most 200', () => {
  const sorted = src.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)], words).toBeLessThanOrEqual(90);
  expect(sorted[Math.floor(sorted.length * 0.9)], words).toBeLessThanOrEqual(200);
});

test('no file is named for being a place to put things', () => {
  const names = /(^|\/)(utils?|helpers?|common|misc|types|index)(\.ts|\/)/;
  expect(
    [...src, ...tests].map(({ path }) => path).filter(path => names.test(path)),
    rule({
      why: 'such a file has no job, so everything fits into it',
      mend: 'name the file for what it does; what has one caller lives with its caller',
    }),
  ).toEqual([]);
});

function linesOf(text: string): number {
  return text.trimEnd().split('\n').length;
}
