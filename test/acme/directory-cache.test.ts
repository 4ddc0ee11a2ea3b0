import { describe, expect, it } from 'vitest';
import { decodeDirectory } from '../../src/acme/decode.ts';
import { openDirectoryCache } from '../../src/acme/directory-cache.ts';

const directory = decodeDirectory({
  newNonce: 'https://ca.example/nonce',
  newAccount: 'https://ca.example/account',
  newOrder: 'https://ca.example/order',
  renewalInfo: 'https://ca.example/ari',
});
const hour = 3_600_000;

function kept(cacheControl?: string) {
  const clock = { at: Date.parse('2026-11-24T12:00:00Z') };
  const cache = openDirectoryCache(() => clock.at);
  cache.keep(directory, cacheControl);
  return { cache, clock };
}

describe('the directory in memory', () => {
  it.each([
    [undefined, hour],
    ['public, max-age=0, no-cache', hour],
    ['no-store', hour],
    ['max-age=7200', 2 * hour],
    ['public,max-age="7200"', 2 * hour],
    ['s-maxage=7200', hour],
    ['max-age=604800', 24 * hour],
    ['max-age=never', hour],
  ])('with Cache-Control %s is read anew after %d ms', (cacheControl, lifetime) => {
    const { cache, clock } = kept(cacheControl);
    clock.at += lifetime - 1;
    expect(cache.known()).toMatchObject(directory);
    clock.at += 1;
    expect(cache.known()).toBeNull();
  });

  it('is read anew when the clock was set back', () => {
    const { cache, clock } = kept();
    clock.at -= 1;
    expect(cache.known()).toBeNull();
  });

  it.each([301, 308, 404, 405, 410])('is read anew when a resource of everybody answers %d', status => {
    const { cache } = kept();
    cache.note(directory.newOrder, status);
    expect(cache.known()).toBeNull();
  });

  it.each([
    [directory.newOrder, 201],
    [directory.newOrder, 403],
    [directory.newNonce, 503],
    [`${directory.renewalInfo}/abc.def`, 404],
    ['https://ca.example/certificate/7', 404],
  ])('is kept when %s answers %d', (url, status) => {
    const { cache } = kept();
    cache.note(url, status);
    expect(cache.known()).toMatchObject(directory);
  });
});
