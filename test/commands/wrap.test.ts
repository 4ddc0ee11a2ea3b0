import { expect, it } from 'vitest';
import { wrap } from '../../src/commands/wrap.ts';

const shape = { width: 12, first: '! ', next: '    ' };

it.each([
  ['what fits stays on one line', 'one two', ['! one two']],
  ['a line may be exactly as wide as allowed', 'one two 45', ['! one two 45']],
  ['a column more breaks it, and what follows is indented', 'one two 456', ['! one two', '    456']],
  ['a word that is too long stays whole', 'a /very/long/path b', ['! a', '    /very/long/path', '    b']],
  ['a long first word leaves no empty line before it', '/very/long/path', ['! /very/long/path']],
  ['no words make one line with the mark alone', '', ['! ']],
])('%s', (_sentence, text, lines) => {
  expect(wrap(text, shape)).toEqual(lines);
});
