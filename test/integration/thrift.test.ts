import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CaProxy, startCaProxy, through } from '../support/ca-proxy.ts';
import { type CertdProcess, nginxConfig, startCertd } from '../support/certd-process.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const domain = 'thrift.certd.test';

/** The tests are steps of one story: the daemon runs from the first to the last. */
describe('what certd asks of a CA that does nothing wrong', () => {
  let stack: Stack;
  let proxy: CaProxy;
  let certd: CertdProcess;
  beforeAll(async () => {
    stack = await startStack();
    proxy = await startCaProxy(stack);
    certd = await startCertd(join(stack.dir, 'certd'), nginxConfig(through(proxy, stack), [domain]));
    await waitUntil('the window is known', async () => {
      const { body } = await askSocket(join(certd.runtimeDir, 'health.sock'), '/status');
      return JSON.parse(body).certificates[0].renewal.source === 'ari' ? true : null;
    });
  });
  afterAll(async () => {
    await certd.stop();
    await proxy.stop();
    await stack.stop();
  });

  test('a first certificate takes one connection, one directory, one newNonce, and nothing twice', () => {
    expect(proxy.connections()).toBe(1);
    const kinds = proxy.seen().map(({ kind }) => kind);
    // Looks again at the order are few: Pebble validates and signs in a few milliseconds.
    expect(kinds.filter((kind, index) => kind !== 'order' || kinds[index - 1] !== 'order')).toEqual([
      'directory',
      'newNonce',
      'newAccount',
      'newOrder',
      'authorization',
      'challenge',
      'order',
      'finalize',
      'order',
      'certificate',
      'renewalInfo',
    ]);
  });

  test('a renewal on the same day asks for neither directory nor nonce, and says what it replaces', async () => {
    const before = proxy.seen().length;
    expect(await certd.command('renew', domain, '--force')).toMatchObject({ code: 0 });
    const seen = proxy.seen().slice(before);
    expect(seen.filter(({ kind }) => kind === 'directory' || kind === 'newNonce')).toEqual([]);
    expect(seen.find(({ kind }) => kind === 'newOrder')?.payload).toEqual({
      identifiers: [{ type: 'dns', value: domain }],
      replaces: expect.stringMatching(/^[\w-]+\.[\w-]+$/),
    });
  });

  test('no signed body is sent twice', () => {
    const bodies = proxy.seen().flatMap(({ body }) => (body === '' ? [] : [body]));
    expect(new Set(bodies).size).toBe(bodies.length);
  });
});
