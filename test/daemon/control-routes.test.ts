import { describe, expect, it } from 'vitest';
import { controlRoutes } from '../../src/daemon/control-routes.ts';
import type { Loop } from '../../src/daemon/loop.ts';

/** Whoever gets so far has asked in a form that is known. */
const reached = () => Promise.reject(new Error('reached'));
const routes = controlRoutes({ ask: reached, use: reached } satisfies Pick<Loop, 'ask' | 'use'>);

async function send(
  path: 'renew' | 'revoke' | 'deploy' | 'rollback' | 'dry-run',
  body: unknown,
): Promise<unknown> {
  return routes[`POST /${path}`]?.(body);
}

describe('a revoke request', () => {
  const wish = { name: 'a.example', generation: null, reason: 'superseded', replace: true };

  it.each([wish, { ...wish, generation: '0001-aabbccdd', replace: false }])('%j is taken', async body => {
    await expect(send('revoke', body)).rejects.toThrow('reached');
  });

  it.each([
    null,
    'a.example',
    {},
    { ...wish, name: 5 },
    { ...wish, generation: undefined },
    { ...wish, generation: 1 },
    { ...wish, reason: 'boredom' },
    { ...wish, reason: 4 },
    { ...wish, replace: 'no' },
  ])('%j is wrong usage', async body => {
    await expect(send('revoke', body)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a deploy request', () => {
  it.each([
    { names: null, ask: 'nobody' },
    { names: [], ask: 'pass' },
    { names: ['a.example'], ask: 'named' },
    { names: ['a.example'], ask: 'forced' },
  ])('%j is taken', async body => {
    await expect(send('deploy', body)).rejects.toThrow('reached');
  });

  it.each([
    null,
    [],
    {},
    { names: null },
    { names: null, ask: 'nothing' },
    { names: 'a.example', ask: 'named' },
    { names: [5], ask: 'named' },
    { names: null, ask: null },
  ])('%j is wrong usage', async body => {
    await expect(send('deploy', body)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a rollback request', () => {
  it.each([
    { name: 'a.example', to: null },
    { name: 'a.example', to: '0001-aabbccdd' },
  ])('%j is taken', async body => {
    await expect(send('rollback', body)).rejects.toThrow('reached');
  });

  it.each([
    null,
    'a.example',
    {},
    { name: 'a.example' },
    { name: 5, to: null },
    { name: 'a.example', to: 1 },
  ])('%j is wrong usage', async body => {
    await expect(send('rollback', body)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a dry run request', () => {
  it.each([{ names: null }, { names: [] }, { names: ['a.example'] }])('%j is taken', async body => {
    await expect(send('dry-run', body)).rejects.toThrow('reached');
  });

  it.each([null, [], {}, { names: 'a.example' }, { names: [5] }])('%j is wrong usage', async body => {
    await expect(send('dry-run', body)).rejects.toMatchObject({ code: 'usage' });
  });
});

it.each([
  ['deploy', { names: null, ask: 'nobody' }],
  ['rollback', { name: 'a.example', to: null }],
])('a %s is not done by a daemon that only issues', async (path, body) => {
  // Nothing else of what is in force is looked at before.
  const use: Loop['use'] = async job => job({ parts: { half: 'issuer' } } as never);
  const apart = controlRoutes({ ask: reached, use });
  await expect(apart[`POST /${path}`]?.(body)).rejects.toMatchObject({ code: 'deployer-apart' });
});
