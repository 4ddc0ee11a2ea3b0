import { expect, it } from 'vitest';
import { firstNames } from '../../../src/core/text/first-names.ts';

it.each([
  ['none', [], ''],
  ['as many as fit', ['a', 'b'], 'a, b'],
  ['one more than fits', ['a', 'b', 'c'], 'a, b and 1 more'],
])('%s', (_sentence, names, text) => {
  expect(firstNames(names, 2)).toBe(text);
});
