import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLookups } from '../../src/challenge/lookups.ts';
import { rehearse } from '../../src/challenge/rehearse.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { HttpChallenge, Solver } from '../../src/core/ports.ts';

/** A web server that serves what the solver presents, and how often it was asked. */
async function openRoom(answer: (body: string) => string = body => body) {
  const held = new Map<string, HttpChallenge>();
  const asked: string[] = [];
  const cleaned: string[] = [];
  const server: Server = createServer((request, response) => {
    const token = request.url?.split('/').at(-1) ?? '';
    asked.push(request.headers.host?.split(':')[0] ?? '');
    const challenge = held.get(token);
    if (challenge === undefined) response.writeHead(404).end();
    else response.end(answer(challenge.keyAuthorization));
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  onTestFinished(() => void server.close());
  const solver: Solver = {
    present: async challenge => void held.set(challenge.token, challenge),
    cleanUp: async token => {
      cleaned.push(token);
      held.delete(token);
    },
  };
  let count = 0;
  const newToken = () => {
    count += 1;
    return `token-${count}`;
  };
  const warnings: CertdError[] = [];
  const port = (server.address() as AddressInfo).port;
  const run = (
    domains: readonly string[],
    change: { solver?: Solver; port?: number; timeoutMs?: number } = {},
    stop = new AbortController(),
  ) => {
    const reading = {
      port: change.port ?? port,
      lookups: openLookups(),
      timeoutMs: change.timeoutMs ?? 20_000,
    };
    const warn = (error: CertdError) => void warnings.push(error);
    return rehearse({ solver: change.solver ?? solver, domains, reading, newToken, warn }, stop.signal);
  };
  return { asked, cleaned, held, solver, warnings, run };
}

describe('a challenge that no CA has set', () => {
  it('is presented for each domain, read, and taken away', async () => {
    const { asked, cleaned, held, warnings, run } = await openRoom();
    await run(['localhost', '127.0.0.1']);
    expect(asked).toEqual(['localhost', '127.0.0.1']);
    // Each domain has a token and a made-up thumbprint.
    expect(cleaned).toEqual(['token-1', 'token-3']);
    expect([held.size, warnings]).toEqual([0, []]);
  });

  it('that cannot be read fails with every domain, and is taken away', async () => {
    const { cleaned, run } = await openRoom(() => 'welcome');
    await expect(run(['localhost', '127.0.0.1'])).rejects.toMatchObject({
      code: 'self-check-failed',
      message:
        'certd could not read a challenge of its own over HTTP: localhost: something else answers there; 127.0.0.1: something else answers there.',
    });
    expect(cleaned).toHaveLength(2);
  });

  it('where nobody listens fails with the reason', async () => {
    const { run } = await openRoom();
    await expect(run(['127.0.0.1'], { port: 1 })).rejects.toMatchObject({
      message: 'certd could not read a challenge of its own over HTTP: 127.0.0.1: ECONNREFUSED.',
    });
  });

  it('that cannot be presented is the solver’s error, and is taken away', async () => {
    const { solver, cleaned, run } = await openRoom();
    const error = new CertdError('webroot-unusable', '/var/www is not a directory.');
    const broken = { ...solver, present: () => Promise.reject(error) };
    await expect(run(['localhost'], { solver: broken })).rejects.toBe(error);
    expect(cleaned).toEqual(['token-1']);
  });

  it('that cannot be taken away is a warning', async () => {
    const { solver, warnings, run } = await openRoom();
    const error = new CertdError('webroot-unusable', 'unlink failed');
    await run(['localhost'], { solver: { ...solver, cleanUp: () => Promise.reject(error) } });
    expect(warnings).toEqual([error]);
  });

  it('ends with certd, and is taken away', async () => {
    const { solver, cleaned, run } = await openRoom();
    const stop = new AbortController();
    const stopping = {
      ...solver,
      present: async (challenge: HttpChallenge, signal: AbortSignal) => {
        await solver.present(challenge, signal);
        stop.abort();
      },
    };
    await expect(run(['localhost', '127.0.0.1'], { solver: stopping }, stop)).rejects.toMatchObject({
      code: 'stopped',
    });
    expect(cleaned).toEqual(['token-1']);
  });
});
