import { expect, it } from 'vitest';
import { pickNamed } from '../../src/core/pick-named.ts';

const all = Array.from({ length: 30 }, (_, index) => ({ name: `${index}.example` }));

it('without a name takes all', () => {
  expect(pickNamed(all, [])).toBe(all);
});

it('takes the named ones in their own order, each once', () => {
  expect(pickNamed(all, ['9.example', '2.example', '9.example'])).toEqual([
    { name: '2.example' },
    { name: '9.example' },
  ]);
});

it('an unknown name is wrong usage, and of the known ones the first twenty are told', () => {
  expect(() => pickNamed(all, ['2.example', 'x'])).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(
        /^no certificate is named x; there are: 0\.example, .*, 19\.example and 10 more$/,
      ),
    }),
  );
});

it('says which certificate has a domain that is taken for its name, in whatever case', () => {
  const named = [{ name: 'site', domains: ['example.com', 'www.example.com'] }, { name: 'other' }];
  expect(() => pickNamed(named, ['WWW.Example.com'])).toThrow(
    'no certificate is named WWW.Example.com (a domain of site); there are: site, other',
  );
});
