import { expect, it } from 'vitest';
import { visibleText } from '../../../src/core/text/visible-text.ts';

it.each([
  ['letters, accents and emoji', 'a.example: müller 例え 🔒', 'a.example: müller 例え 🔒'],
  ['line feeds', 'a\n  b\n', 'a\n  b\n'],
])('leaves %s as they are', (_sentence, text, visible) => {
  expect(visibleText(text)).toBe(visible);
});

it.each([
  ['an escape', 'a\u001b[2J', 'a\\u001b[2J'],
  ['the one-byte escape of eight-bit terminals', 'a\u009b2J', 'a\\u009b2J'],
  ['tabs, carriage returns and DEL', '\t\r\u007f', '\\u0009\\u000d\\u007f'],
  ['what turns the direction of reading', '\u202e\u2066', '\\u202e\\u2066'],
  ['other ends of lines', '\u0085\u2028\u2029', '\\u0085\\u2028\\u2029'],
  ['tags beyond U+FFFF', '\u{e0041}', '\\udb40\\udc41'],
])('shows %s', (_sentence, text, visible) => {
  expect(visibleText(text)).toBe(visible);
});

it('keeps JSON the same JSON', () => {
  const value = { 'a\u009b': ['b\u202e"\n\t', '\u{e0041}\u0000\ud800'] };
  expect(JSON.parse(visibleText(JSON.stringify(value, null, 2)))).toEqual(value);
});
