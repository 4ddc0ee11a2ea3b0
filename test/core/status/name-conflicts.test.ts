import { expect, it } from 'vitest';
import type { Observed } from '../../../src/core/model.ts';
import { nameConflicts } from '../../../src/core/status/name-conflicts.ts';
import { makeGeneration, makeLeaf, makeObserved, makeTarget } from '../../support/make-observed.ts';

function onDisk(name: string, domains: readonly string[]): Observed {
  return makeObserved({ name, issued: [makeGeneration({ leaf: makeLeaf({ domains }) })] });
}

const both = ['a.example', 'www.a.example'];
const fresh = makeTarget({ name: 'new', domains: both });

it('says which line to add where a certificate lost its name', () => {
  expect(nameConflicts([fresh], [onDisk('shop', ['www.a.example', 'a.example'])])).toEqual([
    'the domains of new are on disk under another name; add this line to the certificate: "name: shop"',
  ]);
});

it.each([
  [
    'the configuration still has the other name',
    [fresh, makeTarget({ name: 'shop', domains: both })],
    [onDisk('shop', both)],
  ],
  [
    'the certificate is on disk under its own name already',
    [fresh],
    [onDisk('shop', both), onDisk('new', both)],
  ],
  ['the other one has a domain more', [fresh], [onDisk('shop', [...both, 'c.example'])]],
  ['the other one has a domain less', [fresh], [onDisk('shop', ['a.example'])]],
  ['the other one has as many, but not the same', [fresh], [onDisk('shop', ['a.example', 'c.example'])]],
  ['the other one was never live', [fresh], [makeObserved({ name: 'shop', issued: [] })]],
  ['nothing is on disk', [fresh], []],
])('no conflict where %s', (_sentence, targets, observed) => {
  expect(nameConflicts(targets, observed)).toEqual([]);
});
