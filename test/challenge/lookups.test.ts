import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, LookupFunction, Server } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Lookups, openLookups } from '../../src/challenge/lookups.ts';
import { withSelfCheck } from '../../src/challenge/self-check.ts';
import type { CertdError } from '../../src/core/errors.ts';
import { makeCa, makeLeaf } from '../support/make-cert.ts';

let port: number;
/** Names in the order in which the system was asked for them. */
let asked: string[];
/** By name: ends its lookup. */
let silent: Map<string, () => void>;
let warnings: (string | undefined)[];
let lookups: Lookups;

const home = [{ address: '127.0.0.1', family: 4 }];

/** A resolver of which the names in `.silent` have no servers that answer. */
const resolver: LookupFunction = (hostname, _, callback) => {
  asked.push(hostname);
  const answer = () => callback(null, home);
  if (hostname.endsWith('.silent')) silent.set(hostname, answer);
  else setImmediate(answer);
};

beforeEach(async () => {
  const server = createServer((_, response) => response.end('token.thumbprint'));
  port = await listen(server);
  asked = [];
  silent = new Map();
  warnings = [];
  lookups = openLookups(resolver);
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Ends with the check. */
async function check(
  domain: string,
  { timeoutMs = 200, at = port, stop = new AbortController() } = {},
): Promise<void> {
  const warn = ({ facts }: CertdError) => void warnings.push(`${facts['domain']}: ${facts['reason']}`);
  const none = { present: async () => undefined, cleanUp: async () => undefined };
  const solver = withSelfCheck(none, { port: at, warn, lookups, timeoutMs });
  await solver.present({ domain, token: 'token', keyAuthorization: 'token.thumbprint' }, stop.signal);
  await solver.cleanUp('token');
}

describe('lookups of self-checks', () => {
  it('ask for one name at a time, and say nothing of those that got no turn', async () => {
    await Promise.all([check('dead.silent'), check('two.test'), check('three.silent')]);
    expect(asked).toEqual(['dead.silent']);
    expect(warnings).toEqual(['dead.silent: no answer within 0.2 s']);
  });

  it('keep the turn until the lookup has ended, and leave out whoever gave up', async () => {
    await Promise.all([check('dead.silent'), check('gave-up.test')]);
    const patient = check('good.test', { timeoutMs: 60_000 });
    expect(asked).toEqual(['dead.silent']);
    silent.get('dead.silent')?.();
    await patient;
    expect(asked).toEqual(['dead.silent', 'good.test']);
    expect(warnings).toEqual(['dead.silent: no answer within 0.2 s']);
  });

  it('go on after one that fails, which is its own affair', async () => {
    lookups = openLookups((hostname, options, callback) => {
      if (hostname === 'gone.test') callback(Object.assign(new Error('gone'), { code: 'ENOTFOUND' }), '');
      else if (hostname === 'odd.test') throw Object.assign(new Error('odd'), { code: 'ERR_ODD' });
      else resolver(hostname, options, callback);
    });
    const limit = { timeoutMs: 60_000 };
    await Promise.all([check('gone.test', limit), check('odd.test', limit), check('good.test', limit)]);
    expect(warnings.sort()).toEqual(['gone.test: ENOTFOUND', 'odd.test: ERR_ODD']);
  });

  it('leave out whoever was stopped', async () => {
    const stop = new AbortController();
    const dead = check('dead.silent', { timeoutMs: 60_000, stop });
    const stopped = check('stopped.test', { timeoutMs: 60_000, stop });
    await lookedUp('dead.silent');
    stop.abort();
    await Promise.all([dead, stopped]);
    silent.get('dead.silent')?.();
    await check('good.test', { timeoutMs: 60_000 });
    expect(asked).toEqual(['dead.silent', 'good.test']);
    expect(warnings).toEqual([]);
  });

  it('wait for their turn also where a redirect leads to another name and to https', async () => {
    const leaf = await makeLeaf(await makeCa('nobody knows'), { domains: ['other.example'] });
    const tls = createTlsServer({ cert: leaf.pem, key: leaf.keyPem }, (_, response) =>
      response.end('token.thumbprint'),
    );
    const tlsPort = await listen(tls);
    const redirecting = createServer((_, response) =>
      response.writeHead(301, { location: `https://elsewhere.silent:${tlsPort}/` }).end(),
    );
    const redirected = check('a.test', { at: await listen(redirecting), timeoutMs: 60_000 });
    await lookedUp('elsewhere.silent');
    await check('b.test');
    expect(asked).toEqual(['a.test', 'elsewhere.silent']);
    silent.get('elsewhere.silent')?.();
    await redirected;
    expect(warnings).toEqual([]);
  });
});

async function lookedUp(name: string): Promise<void> {
  await expect.poll(() => silent.has(name), { interval: 5, timeout: 10_000 }).toBe(true);
}
