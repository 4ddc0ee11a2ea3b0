import { expect, it } from 'vitest';
import { reusableKey } from '../../../src/core/issue/reusable-key.ts';
import {
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeRevocation,
  makeTarget,
} from '../../support/make-observed.ts';

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

it.each([
  ['was revoked for its compromise', { reason: 'keyCompromise' }, null],
  ['signed a revocation itself', { reason: 'superseded', signedBy: 'certificate' }, null],
  ['was revoked for something else', { reason: 'superseded', signedBy: 'account' }, newest],
] as const)('a key that %s', (_, change, kept) => {
  const revoked = [makeRevocation({ generation: newest.id, ...change })];
  expect(reusableKey(reuse, makeObserved({ issued: [older, newest], revoked }))).toBe(kept);
});

it('a key that another generation was revoked for is as bad', () => {
  const revoked = [makeRevocation({ generation: older.id, reason: 'keyCompromise' })];
  expect(reusableKey(reuse, makeObserved({ issued: [older, newest], revoked }))).toBeNull();
});
