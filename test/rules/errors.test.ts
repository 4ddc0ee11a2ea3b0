import { expect, test } from 'vitest';
import { errorsPage } from '../../scripts/errors-page.ts';
import { catalogue, catalogueAreas } from '../../src/core/catalogue.ts';
import { rule } from '../support/rule.ts';
import { readText, sources } from '../support/source-tree.ts';

const codes = Object.keys(catalogue);

test('docs/errors.md has a section for every code, and no other', () => {
  const sections = [...readText('docs/errors.md').matchAll(/^### (.+)$/gm)].map(([, code]) => code);
  expect(
    sections.sort(),
    rule({
      why: 'whoever sees a code at three in the morning looks it up there',
      mend: 'run `npm run errors`',
    }),
  ).toEqual([...codes].sort());
});

test('docs/errors.md is what the catalogue makes of it', () => {
  expect(
    readText('docs/errors.md'),
    rule({ why: 'the page is generated, so an edit there would be lost', mend: 'run `npm run errors`' }),
  ).toBe(errorsPage());
});

test('no code stands in two areas', () => {
  const named = catalogueAreas.flatMap(({ entries }) => Object.keys(entries));
  expect(
    named.filter((code, index) => named.indexOf(code) !== index),
    rule({
      why: 'the later one would silently replace the other',
      mend: 'keep it in one file of src/core/catalogue',
    }),
  ).toEqual([]);
  expect(named.length).toBe(codes.length);
});

test('codes are kebab-case, and every sentence ends as one', () => {
  expect(codes.filter(code => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  const sentences = Object.values(catalogue).flatMap(({ summary, cure }) => [summary, cure]);
  expect(sentences.filter(sentence => !/^[A-Zc].*\.$/.test(sentence))).toEqual([]);
});

test('every code is used', () => {
  const text = sources('src')
    .filter(({ path }) => !path.startsWith('src/core/catalogue'))
    .map(source => source.text)
    .join('\n');
  expect(
    codes.filter(code => !text.includes(`'${code}'`)),
    rule({
      why: 'a code that nothing can show is a promise that the program does not keep',
      mend: 'take it out of src/core/catalogue; it comes back with its first use',
    }),
  ).toEqual([]);
});
