import { describe, expect, it } from 'vitest';
import { chooseProfile, profileFits } from '../../../src/core/issue/profile.ts';
import { makeChoice } from '../../support/make-observed.ts';

const preferred = { name: 'tlsserver', required: false };
const required = { name: 'tlsserver', required: true };

describe('which profile is ordered', () => {
  it('none where none is asked for, whatever is offered', () => {
    expect(chooseProfile(null, ['classic', 'tlsserver'])).toEqual({ ordered: null, note: null });
  });

  it.each([preferred, required])('one that is offered, required or not', wish => {
    expect(chooseProfile(wish, ['classic', 'tlsserver'])).toEqual({ ordered: 'tlsserver', note: null });
  });

  it.each<[readonly string[], string]>([
    [['classic', 'short\u001b[31mlived'], 'it has classic, short [31mlived'],
    [[], 'it has none'],
  ])('a preferred one is left out, with a note, where %j is offered', (offered, has) => {
    const { ordered, note } = chooseProfile(preferred, offered);
    expect(ordered).toBeNull();
    expect(note).toMatchObject({
      code: 'profile-passed-over',
      message: `the CA offers no profile "tlsserver" (${has}): the order goes without`,
      facts: { profile: 'tlsserver' },
    });
  });

  it('nothing is ordered where a required one is not offered', () => {
    expect(() => chooseProfile(required, ['classic'])).toThrow(
      expect.objectContaining({
        code: 'profile-unavailable',
        retry: 'daily',
        message:
          'the CA offers no profile "tlsserver" (it has classic), and it is required: no order is placed',
      }),
    );
  });

  it('of very many that are offered some are named', () => {
    const offered = Array.from({ length: 10_000 }, (_, n) => `profile-${n}`);
    expect(chooseProfile(preferred, offered).note?.message.length).toBeLessThan(400);
  });
});

describe('whether what was ordered still is what is asked for', () => {
  it.each([
    ['nothing, as before', null, { wanted: null, ordered: null }, true],
    ['the same', preferred, { wanted: 'tlsserver', ordered: 'tlsserver' }, true],
    ['the same that the CA did not have', preferred, { wanted: 'tlsserver', ordered: null }, true],
    ['the same that is required now', required, { wanted: 'tlsserver', ordered: null }, false],
    ['the same, required, as it was ordered', required, { wanted: 'tlsserver', ordered: 'tlsserver' }, true],
    ['another', preferred, { wanted: 'classic', ordered: 'classic' }, false],
    ['one in the place of none', preferred, { wanted: null, ordered: null }, false],
    ['none in the place of one', null, { wanted: 'tlsserver', ordered: 'tlsserver' }, false],
  ])('%s', (_, profile, record, fits) => {
    expect(profileFits(record, makeChoice({ profile }))).toBe(fits);
  });
});
