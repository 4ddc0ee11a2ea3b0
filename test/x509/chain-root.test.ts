import { beforeAll, describe, expect, it } from 'vitest';
import { rootOf } from '../../src/x509/chain-root.ts';
import { keyIdOf, makeCa, makeLeaf, type TestCa } from '../support/make-cert.ts';

let root: TestCa;
let old: TestCa;
let crossed: TestCa;
let intermediate: TestCa;
let leaf: string;

beforeAll(async () => {
  root = await makeCa('New Root');
  old = await makeCa('Old Root');
  crossed = await makeCa('New Root', old, { keyPem: root.keyPem });
  intermediate = await makeCa('Intermediate', root);
  leaf = (await makeLeaf(intermediate, { domains: ['a.example'] })).pem;
});

describe('the root that a chain leads to', () => {
  it('is the issuer of its topmost certificate', () => {
    expect(rootOf(leaf + intermediate.pem)).toEqual({ name: 'New Root', keyId: keyIdOf(root.pem) });
    expect(rootOf(leaf)).toEqual({ name: 'Intermediate', keyId: keyIdOf(intermediate.pem) });
  });

  it('is the topmost certificate where that is a root', () => {
    expect(rootOf(leaf + intermediate.pem + root.pem)).toEqual({
      name: 'New Root',
      keyId: keyIdOf(root.pem),
    });
  });

  it('is the one that signed a root across, not that root', () => {
    expect(rootOf(leaf + intermediate.pem + crossed.pem)).toEqual({
      name: 'Old Root',
      keyId: keyIdOf(old.pem),
    });
  });

  it('may have a key identifier that nobody says', async () => {
    const { pem } = await makeLeaf(intermediate, { domains: ['a.example'], withoutAki: true });
    expect(rootOf(pem)).toEqual({ name: 'Intermediate', keyId: null });
  });

  it('is named by its unit or organisation where it has no common name, on one line', async () => {
    const unnamed = await makeCa('OU=Class 2\u202e Authority, O=Example');
    expect(rootOf((await makeLeaf(unnamed, { domains: ['a.example'] })).pem).name).toBe('Class 2 Authority');
  });
});
