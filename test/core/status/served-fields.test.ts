import { expect, it } from 'vitest';
import { servedFields } from '../../../src/core/status/served-fields.ts';
import { at, makeEndpoint, makeServed } from '../../support/make-observed.ts';

it('shows what the last look at each endpoint has shown, and of an endpoint that is new nothing', () => {
  const stale = makeServed({
    state: 'stale',
    detail: 'another certificate',
    checkedAt: at('2026-02-01T10:00Z'),
  });
  const other = makeEndpoint({ serverName: 'b.example' });
  const served = [makeServed({ connect: '[::1]:443' }), stale];
  expect([makeEndpoint(), other].map(endpoint => servedFields(endpoint, served))).toEqual([
    {
      endpoint: '127.0.0.1:443',
      server_name: 'a.example',
      state: 'stale',
      checked_at: '2026-02-01T10:00:00.000Z',
      not_after: '2026-04-01T00:00:00.000Z',
      detail: 'another certificate',
    },
    {
      endpoint: '127.0.0.1:443',
      server_name: 'b.example',
      state: 'unchecked',
      checked_at: null,
      not_after: null,
      detail: null,
    },
  ]);
});
