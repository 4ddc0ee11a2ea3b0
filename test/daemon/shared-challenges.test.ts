import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLookups } from '../../src/challenge/lookups.ts';
import { buildParts } from '../../src/daemon/build-parts.ts';
import { authority, target } from '../support/crash-host.ts';
import { makeBuildHost } from '../support/make-build-host.ts';
import { makeConfig } from '../support/make-config.ts';

const { signal } = new AbortController();

it('an order keeps the file that it shares with one of an earlier configuration', async () => {
  const path = await mkdtemp(join(tmpdir(), 'certd-reloaded-'));
  onTestFinished(() => rm(path, { recursive: true }));
  const file = join(path, '.well-known/acme-challenge/tok');
  const host = await makeBuildHost();
  const validationPort = await answering('tok.thumbprint');
  const [before, after] = [buildParts(makeConfig([]), host), buildParts(makeConfig([]), host)].map(
    ({ parts, close }) => {
      onTestFinished(close);
      return parts.solverFor(
        { ...target, challenge: { kind: 'webroot', path } },
        { ...authority, validationPort },
      );
    },
  );
  const challenge = { domain: 'localhost', token: 'tok', keyAuthorization: 'tok.thumbprint' };
  await Promise.all([before?.present(challenge, signal), after?.present(challenge, signal)]);
  await before?.cleanUp('tok');
  expect(existsSync(file)).toBe(true);
  await after?.cleanUp('tok');
  expect(existsSync(file)).toBe(false);
});

it('self-checks of all configurations take turns at the resolver', async () => {
  const path = await mkdtemp(join(tmpdir(), 'certd-reloaded-'));
  onTestFinished(() => rm(path, { recursive: true }));
  const asked: string[] = [];
  const stop = new AbortController();
  const host = await makeBuildHost({ lookups: openLookups(name => void asked.push(name)) });
  for (const token of ['first', 'second']) {
    const { parts, close } = buildParts(makeConfig([]), host);
    onTestFinished(close);
    const solver = parts.solverFor({ ...target, challenge: { kind: 'webroot', path } }, authority);
    await solver.present({ domain: `${token}.silent`, token, keyAuthorization: token }, stop.signal);
    onTestFinished(() => solver.cleanUp(token));
  }
  stop.abort();
  expect(asked).toEqual(['first.silent']);
});

async function answering(body: string): Promise<number> {
  const server = createServer((_, response) => response.end(body));
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
