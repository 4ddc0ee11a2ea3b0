import { expect, it } from 'vitest';
import { isPreferred, rootText } from '../../../src/core/issue/preferred-chain.ts';

const keyId = '79b459e67bb6e5e40173800888c81a58f6e99b6e';
const x1 = { name: 'ISRG Root X1', keyId };

it.each([
  'ISRG Root X1',
  'isrg root x1',
  keyId,
  keyId.toUpperCase(),
  '79:B4:59:E6:7B:B6:E5:E4:01:73:80:08:88:C8:1A:58:F6:E9:9B:6E',
])('%s names the root', preferred => {
  expect(isPreferred(x1, preferred)).toBe(true);
});

it.each(['ISRG Root X2', 'ISRG Root', 'X1', keyId.slice(2), ':', ''])('%j does not', preferred => {
  expect(isPreferred(x1, preferred)).toBe(false);
});

it('a root without a name or key identifier is named by the other, or not at all', () => {
  expect(isPreferred({ name: null, keyId }, keyId)).toBe(true);
  expect(isPreferred({ name: 'Corp', keyId: null }, 'corp')).toBe(true);
  expect(isPreferred({ name: null, keyId: null }, 'null')).toBe(false);
});

it('is shown with both', () => {
  expect(rootText(x1)).toBe(`ISRG Root X1 (${keyId})`);
  expect(rootText({ name: null, keyId })).toBe(`a root without a name (${keyId})`);
  expect(rootText({ name: 'Corp', keyId: null })).toBe('Corp (no key identifier)');
});
