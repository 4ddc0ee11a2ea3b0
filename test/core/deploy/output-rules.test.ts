import { describe, expect, it } from 'vitest';
import { directoryFault, giftFault, isOutputRefusal } from '../../../src/core/deploy/output-rules.ts';

const root = 0;
const owner = 997;
const stranger = 1000;
const trusted = [root, owner];

describe('a directory may be changed by root and the owner of the file alone', () => {
  it.each<[string, number, number, boolean, string | null]>([
    ['root’s', root, 0o40755, true, null],
    ['the owner’s', owner, 0o40750, true, null],
    ['the owner’s, above', owner, 0o40755, false, null],
    ['root’s, which a group may read', root, 0o40710, true, null],
    ['root’s with the bit that hands the group down', root, 0o42755, true, null],
    ['/tmp above it', root, 0o41777, false, null],
    ['one of a group like /tmp, above it', root, 0o41770, false, null],
    ['/tmp itself', root, 0o41777, true, 'may be written by everybody, who could put another file there'],
    ['everybody’s', root, 0o40777, false, 'may be written by everybody, who could put another file there'],
    ['a group’s', root, 0o40775, true, 'may be written by its group, which could put another file there'],
    [
      'a group’s, above',
      root,
      0o40770,
      false,
      'may be written by its group, which could put another file there',
    ],
    [
      'the owner’s, as /tmp',
      owner,
      0o41777,
      false,
      'may be written by everybody, who could put another file there',
    ],
    ['a stranger’s', stranger, 0o40700, true, 'belongs to user 1000, who could put another file there'],
    [
      'a stranger’s, as /tmp',
      stranger,
      0o41777,
      false,
      'belongs to user 1000, who could put another file there',
    ],
  ])('%s', (_, uid, mode, holds, fault) => {
    expect(directoryFault({ uid, mode }, { trusted, holds })).toBe(fault);
  });
});

describe('who may give a file away', () => {
  const user = { uid: 1000, gid: 1000, groups: [4, 27] };

  it.each([
    ['root to anybody', { uid: 0, gid: 0, groups: [] }, { uid: 997, gid: 997 }, null],
    ['a user to himself', user, { uid: 1000, gid: 1000 }, null],
    ['a user to a group of his', user, { uid: 1000, gid: 27 }, null],
    ['a user to another', user, { uid: 0, gid: 1000 }, 'only root may give a file to user 0'],
    [
      'a user to another group',
      user,
      { uid: 1000, gid: 0 },
      'only root and members of group 0 may give a file to it',
    ],
  ])('%s', (_, giver, to, fault) => {
    expect(giftFault(to, giver)).toBe(fault);
  });
});

it('tells refusals of output files from everything else that can go wrong with them', () => {
  expect(['output-unsafe', 'disk-full', 'hook-failed'].map(isOutputRefusal)).toEqual([true, false, false]);
});
