import { expect, it } from 'vitest';
import { reusableKey } from '../../src/core/reusable-key.ts';
import { makeGeneration, makeLeaf, makeObserved, makeTarget } from '../support/make-observed.ts';

const older = makeGeneration();
const newest = makeGeneration({ id: '0002-11223344' });
const both = makeObserved({ issued: [older, newest] });
const reuse = makeTarget({ keyReuse: true });

it('is that of the newest generation', () => {
  expect(reusableKey(reuse, both)).toBe(newest);
});

it('is none where nobody asks for it', () => {
  expect(reusableKey(makeTarget(), both)).toBeNull();
});

it('is none before there is a certificate', () => {
  expect(reusableKey(reuse, makeObserved({ issued: [] }))).toBeNull();
});

it('is none where the newest has another type, whatever an older one has', () => {
  const rsa = makeGeneration({ id: '0002-11223344', leaf: makeLeaf({ keyType: 'rsa-2048' }) });
  expect(reusableKey(reuse, makeObserved({ issued: [older, rsa] }))).toBeNull();
  expect(reusableKey({ keyReuse: true, keyType: 'rsa-2048' }, makeObserved({ issued: [older, rsa] }))).toBe(
    rsa,
  );
});
