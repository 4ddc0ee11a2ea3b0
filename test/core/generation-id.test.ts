import { expect, it } from 'vitest';
import { byAge, counterOf, isIdOf, nextId } from '../../src/core/generation-id.ts';

it.each([
  ['0001-9f2c11aa', 1],
  ['9999-00000000', 9999],
  ['10000-00000000', 10_000],
  ['999999999-00000000', 999_999_999],
  ['0000-00000000', 0],
])('%s is an id with the counter %d', (id, counter) => {
  expect(counterOf(id)).toBe(counter);
});

it.each([
  '',
  '1-9f2c11aa',
  '001-9f2c11aa',
  '0001-9F2C11AA',
  '0001-9f2c11a',
  '0001-9f2c11aaa',
  '0001_9f2c11aa',
  '-001-9f2c11aa',
  '.new-0001-9f2c11aa',
  '0001-9f2c11aa\n',
  '../0001-9f2c11aa',
  '1234567890-9f2c11aa',
])('%j is no id', text => {
  expect(counterOf(text)).toBeNull();
});

it('sorts by counter, not as text: 10000 is newer than 9999', () => {
  const ids = ['10000-aaaaaaaa', '0002-bbbbbbbb', '9999-cccccccc'];
  expect(ids.toSorted(byAge)).toEqual(['0002-bbbbbbbb', '9999-cccccccc', '10000-aaaaaaaa']);
});

it('sorts what is no id before every id', () => {
  expect(['0001-aaaaaaaa', 'README'].toSorted(byAge)).toEqual(['README', '0001-aaaaaaaa']);
  expect(['README', '0001-aaaaaaaa'].toSorted(byAge)).toEqual(['README', '0001-aaaaaaaa']);
});

it.each([
  ['the first generation is number one', [], '0001-9f2c11aa'],
  [
    'the next counts from the largest, whatever the order',
    ['0007-aaaaaaaa', '0003-bbbbbbbb'],
    '0008-9f2c11aa',
  ],
  ['a counter never shrinks when generations were removed', ['0041-aaaaaaaa'], '0042-9f2c11aa'],
  ['after 9999 it grows a digit', ['9999-aaaaaaaa'], '10000-9f2c11aa'],
  ['what is no id does not count', ['9000', 'x'], '0001-9f2c11aa'],
])('%s', (_sentence, known, expected) => {
  expect(nextId(known, '9f2c11aa55667788')).toBe(expected);
});

it('throws rather than number a generation so that nobody would see it', () => {
  expect(() => nextId(['0001-aaaaaaaa', '999999999-bbbbbbbb'], '9f2c11aa55667788')).toThrow(
    expect.objectContaining({
      code: 'state-corrupt',
      message: 'no number comes after that of 999999999-bbbbbbbb: remove that generation',
    }),
  );
});

it('an id is that of one leaf', () => {
  expect(isIdOf('0001-9f2c11aa', '9f2c11aa55667788')).toBe(true);
  expect(isIdOf('0001-9f2c11ab', '9f2c11aa55667788')).toBe(false);
});
