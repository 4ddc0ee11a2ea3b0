import { expect, it } from 'vitest';
import { linkTargets } from '../../src/acme/links.ts';

it.each<[string, string, string[]]>([
  ['<https://ca.test/terms>;rel="terms-of-service"', 'terms-of-service', ['https://ca.test/terms']],
  ['<https://ca.test/terms>; rel=terms-of-service', 'terms-of-service', ['https://ca.test/terms']],
  ['<a>;rel="alternate", <b>;title="x, <c>; rel=up";rel="alternate" , <d>;rel="up"', 'alternate', ['a', 'b']],
  ['<a>;rel="index alternate"', 'alternate', ['a']],
  ['<a> ; REL="Alternate"', 'alternate', ['a']],
  ['<a>;rel="up";rel="alternate"', 'alternate', []],
  ['<a>', 'alternate', []],
  ['a; rel="alternate"', 'alternate', []],
  ['<a;rel="alternate"', 'alternate', []],
])('%s has for %s', (field, relation, targets) => {
  expect(linkTargets(field, relation)).toEqual(targets);
});

it('a field that is missing has none', () => {
  expect(linkTargets(undefined, 'alternate')).toEqual([]);
});

it('a field made to be slow is read in no time', () => {
  const field = `<a>${';x'.repeat(30_000)}${'"'.repeat(5)}<`;
  const before = performance.now();
  linkTargets(field, 'alternate');
  expect(performance.now() - before).toBeLessThan(500);
});
