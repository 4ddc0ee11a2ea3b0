import { expect, it } from 'vitest';
import { linksOf } from '../../src/acme/link-header.ts';

it.each<[string | undefined, readonly string[]]>([
  [undefined, []],
  ['', []],
  ['<https://ca.test/cert/1/2>;rel="alternate"', ['https://ca.test/cert/1/2']],
  ['<https://ca.test/dir>;rel="index", <https://ca.test/a>;rel="alternate"', ['https://ca.test/a']],
  ['<a>; rel=alternate ,<b>;rel="ALTERNATE",\t<c> ; REL = "alternate"', ['a', 'b', 'c']],
  ['<a>; title="x, <b>; rel=\\"alternate\\""; rel="up"', []],
  ['<a>; title="x; rel=up"; rel="alternate"', ['a']],
  ['<a>; rel="up alternate"', ['a']],
  ['<a>; rel="up"; rel="alternate"', []],
  ['<a>; rel="alternates"', []],
  ['<a>; crossorigin; rel="alternate"', ['a']],
  ['<a>', []],
  ['<>; rel="alternate"', ['']],
  ['https://ca.test/a; rel="alternate"', []],
  ['<a; rel="alternate"', []],
])('%j names %j as alternates', (field, targets) => {
  expect(linksOf(field, 'alternate')).toEqual(targets);
});

it('reads the longest field that there can be at once', () => {
  const start = performance.now();
  for (const piece of ['<a>;', '<a>; x="', '<a>; a=b ', '<', ' ;', '<a> ', '<a>;x ', '"\\']) {
    linksOf(piece.repeat(Math.ceil(16_384 / piece.length)), 'alternate');
    linksOf(`<a>${' '.repeat(16_384)}`, 'alternate');
    linksOf(`<a>;x${' '.repeat(16_384)}`, 'alternate');
  }
  expect(performance.now() - start).toBeLessThan(1000);
});
