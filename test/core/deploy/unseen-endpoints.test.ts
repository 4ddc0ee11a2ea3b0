import { expect, it } from 'vitest';
import { unseenEndpoints } from '../../../src/core/deploy/unseen-endpoints.ts';
import { makeEndpoint, makeServed } from '../../support/make-observed.ts';

const [here, there] = ['127.0.0.1:443', '[::1]:443'];

it('are those of this host whose last look has not shown the certificate', () => {
  const endpoints = [here, there].map(connect => makeEndpoint({ connect, serverName: 'a.example' }));
  const served = [
    makeServed({ connect: here, serverName: 'a.example', state: 'match' }),
    makeServed({ connect: there, serverName: 'a.example', state: 'unverified' }),
  ];
  expect(unseenEndpoints(endpoints, served)).toEqual(['[::1]:443 (a.example)']);
});

it('nothing is said of one that nobody has looked at, nor of one that leads through others', () => {
  const remote = makeEndpoint({ connect: here, serverName: 'a.example', source: 'remote' });
  const served = [makeServed({ connect: here, serverName: 'a.example', state: 'stale' })];
  expect(unseenEndpoints([remote], served)).toEqual([]);
  expect(unseenEndpoints([makeEndpoint()], [])).toEqual([]);
});
