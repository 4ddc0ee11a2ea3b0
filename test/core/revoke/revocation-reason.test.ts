import { expect, it } from 'vitest';
import {
  isForOthers,
  readReason,
  reasonNames,
  revocationReasons,
} from '../../../src/core/revoke/revocation-reason.ts';

it('has the numbers of RFC 5280 for the reasons that a subscriber may give', () => {
  expect(revocationReasons).toEqual({
    unspecified: 0,
    keyCompromise: 1,
    affiliationChanged: 3,
    superseded: 4,
    cessationOfOperation: 5,
  });
});

it.each([
  ['keyCompromise', 'keyCompromise'],
  ['keycompromise', 'keyCompromise'],
  ['1', 'keyCompromise'],
  ['0', 'unspecified'],
  ['5', 'cessationOfOperation'],
  ['01', null],
  ['2', null],
  ['cACompromise', null],
  ['', null],
  ['toString', null],
])('reads %j as %s', (word, reason) => {
  expect(readReason(word)).toBe(reason);
});

it.each([
  'cACompromise',
  '2',
  'certificateHold',
  '6',
  'removeFromCRL',
  '8',
  'privilegeWithdrawn',
  '9',
  'aACompromise',
  '10',
])('knows %s as nothing that a subscriber may say', word => {
  expect(isForOthers(word)).toBe(true);
  expect(readReason(word)).toBeNull();
});

it('takes no reason that it reads for one of others', () => {
  expect(reasonNames.filter(isForOthers)).toEqual([]);
});
