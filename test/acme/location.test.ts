import { describe, expect, it } from 'vitest';
import { locationOf } from '../../src/acme/location.ts';
import { openBench } from './harness.ts';

const at = (location: string | undefined) => () =>
  locationOf(
    { status: 201, headers: location === undefined ? {} : { location }, data: '' },
    'https://ca.example/acme/new-order',
    'newOrder',
  );

describe('where the CA has put something', () => {
  it.each([
    ['https://other.example/order/1', 'https://other.example/order/1'],
    ['/order/1', 'https://ca.example/order/1'],
    ['order/1', 'https://ca.example/acme/order/1'],
  ])('%s is %s', (location, url) => {
    expect(at(location)()).toBe(url);
  });

  it.each([undefined, 'http://ca.example/order/1', 'https://', 'javascript:1'])('is not %s', location => {
    expect(at(location)).toThrow(expect.objectContaining({ code: 'ca-malformed' }));
  });

  it('is not written down where it is of no use: the account is asked for again', async () => {
    let spoiled = true;
    const bench = await openBench({
      intercept: resource =>
        spoiled && resource === 'new-account'
          ? { status: 201, headers: { location: 'http://127.0.0.1/account/1' }, body: '{}' }
          : null,
    });
    await expect(bench.issue('a.example')).rejects.toMatchObject({ code: 'ca-malformed' });
    expect(bench.store.registration).toBeNull();
    spoiled = false;
    expect(await bench.issue('a.example')).toContain('BEGIN CERTIFICATE');
  });
});
