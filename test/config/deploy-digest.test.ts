import { expect, it } from 'vitest';
import { deployDigest } from '../../src/config/deploy-digest.ts';
import type { Target } from '../../src/core/model.ts';
import { makeChoice, makeDeploy, makeEndpoint, makeTarget } from '../support/make-observed.ts';
import { makeOutput } from '../support/output-room.ts';

const one = makeTarget({
  files: [makeOutput({ path: '/srv/a.pem' })],
  deploy: { hooks: [{ kind: 'argv', argv: ['reload'] }], verify: [makeEndpoint()] },
});

it('is the same for the same', () => {
  expect(deployDigest(one)).toMatch(/^[0-9a-f]{16}$/);
  expect(deployDigest(structuredClone(one))).toBe(deployDigest(one));
  expect(deployDigest({ ...one, domains: ['b.example'], keyType: 'rsa-2048' } as Target)).toBe(
    deployDigest(one),
  );
});

it.each<[string, Partial<Target>]>([
  ['a hook', { deploy: { ...one.deploy, hooks: [{ kind: 'argv', argv: ['restart'] }] } }],
  ['who runs it', { deploy: { ...one.deploy, hooks: [{ kind: 'shell', script: 'reload' }] } }],
  ['the test', { deploy: { ...one.deploy, test: { kind: 'argv', argv: ['check'] } } }],
  ['a time limit', { deploy: { ...one.deploy, timeoutMs: 61_000 } }],
  ['an endpoint', { deploy: { ...one.deploy, verify: [makeEndpoint({ port: 444 })] } }],
  ['the window', { deploy: { ...one.deploy, window: { from: 1, to: 2, timeZone: 'UTC' } } }],
  ['what a failure leads to', { deploy: makeDeploy({ ...one.deploy, onFailure: 'keep' }) }],
  ['the owner of a file', { files: [makeOutput({ path: '/srv/a.pem', owner: 'haproxy' })] }],
  ['the files', { files: [] }],
  ['the roots of the CA', { cas: [makeChoice({ settings: '/etc/roots.pem' })] }],
])('is another one where %s changes', (_, change) => {
  expect(deployDigest({ ...one, ...change })).not.toBe(deployDigest(one));
});
