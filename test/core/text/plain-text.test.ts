import { expect, it } from 'vitest';
import { plainLines, plainText } from '../../../src/core/text/plain-text.ts';

it.each([
  ['plain text stays', 'a.example: 404 (unauthorized)', 'a.example: 404 (unauthorized)'],
  ['letters of every script stay', 'müller 例え испытание', 'müller 例え испытание'],
  ['an escape sequence loses its escape', '\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['the one-byte escape of eight-bit terminals goes', 'a\u009b2Jb', 'a 2Jb'],
  ['line breaks, tabs, bells and NUL become one space', 'a\r\n\t\u0007\u0000b', 'a b'],
  ['line and paragraph separators too', 'a\u2028b\u2029c', 'a b c'],
  ['marks that turn the direction of reading too', 'a\u202eb\u2066c', 'a b c'],
  ['half of a surrogate pair too', 'a\ud800b', 'a b'],
  ['an emoji is no half', 'a🔒b', 'a🔒b'],
  ['spaces are joined and trimmed', '  a   b  ', 'a b'],
  ['nothing stays nothing', '', ''],
])('%s', (_sentence, text, plain) => {
  expect(plainText(text)).toBe(plain);
});

it('keeps the lines that are meant, without the empty ones', () => {
  expect(plainLines('\nfirst\r\n\n  second\u001b[1A \n')).toEqual(['first', 'second [1A']);
  expect(plainLines('')).toEqual([]);
});
