import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { verifyCommand } from '../../src/commands/verify.ts';
import { openVerifier } from '../../src/commands/verify-look.ts';
import type { Config } from '../../src/config/config.ts';
import type { Target } from '../../src/core/model.ts';
import type { StatusDocument } from '../../src/core/status/status-document.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { layoutAt } from '../../src/store/layout.ts';
import { openState } from '../../src/store/open.ts';
import { flipLive, installGeneration } from '../../src/store/publish.ts';
import { openWorld } from '../../src/store/world.ts';
import { captured } from '../support/captured.ts';
import { type EndpointPki, makeEndpointPki } from '../support/endpoint-pki.ts';
import { listening } from '../support/endpoint-servers.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeEndpoint, makeTarget } from '../support/make-observed.ts';
import { ownDir, ownUid } from '../support/state-dir.ts';
import { exampleStatus } from '../support/status-examples.ts';

let pki: EndpointPki;
let other: EndpointPki;
let dir = '';
let layout: Layout;

beforeAll(async () => {
  pki = await makeEndpointPki();
  other = await makeEndpointPki();
});

beforeEach(async () => {
  dir = ownDir();
  // Whoever may read little must come as far as that.
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'run'), { mode: 0o755 });
  writeFileSync(join(dir, 'roots.pem'), pki.root.pem);
  layout = layoutAt(join(dir, 'state'));
  await openState(realDisk, layout, ownUid);
});

async function makeLive(): Promise<void> {
  const { leafPem: cert, key } = pki.ecdsa;
  const pair = { cert, key, chain: pki.intermediate.pem };
  const id = `0001-${pki.ecdsa.fingerprint.slice(0, 8)}`;
  await installGeneration(realDisk, layout, 'a.example', { id, pair });
  await flipLive(realDisk, layout, 'a.example', id);
}

function targetAt(...ports: readonly number[]): Target {
  const verify = ports.map(port => makeEndpoint({ connect: `127.0.0.1:${port}`, port }));
  return makeTarget({ deploy: { verify } });
}

function configOf(
  target: Target,
  more: { readonly rootsFile?: null; readonly directoryUrl?: string } = {},
): Config {
  const config = makeConfig([target]);
  const main = config.authorities.get('main');
  if (main === undefined) throw new Error('no CA named main');
  const authority = { ...main, rootsFile: join(dir, 'roots.pem'), ...more };
  return { ...config, authorities: new Map([['main', authority]]) };
}

const places = () => ({
  config: join(dir, 'config.yaml'),
  stateDir: layout.root,
  runtimeDir: join(dir, 'run'),
});

const look = (target: Target, config = configOf(target)) =>
  openVerifier(config, places(), { layout, world: openWorld(layout) })(target);

const serve = (pair: EndpointPki['ecdsa']) => listening(createServer(pair), '127.0.0.1');

describe('a look at one certificate', () => {
  it('compares what each endpoint presents with what is live', async () => {
    await makeLive();
    const ports = [await serve(pki.ecdsa), await serve(other.ecdsa)];
    const verified = await look(targetAt(...ports));
    expect(verified).toMatchObject({
      live: { fingerprintSha256: pki.ecdsa.fingerprint },
      served: [
        { state: 'match', detail: null },
        { state: 'stale', fingerprintSha256: other.ecdsa.fingerprint },
      ],
      error: null,
    });
  });

  it('takes of a CA that nobody trusts whatever its chain leads to', async () => {
    await makeLive();
    const target = targetAt(await serve(pki.ecdsa));
    const directoryUrl = 'https://acme-staging-v02.api.letsencrypt.org/directory';
    const staging = configOf(target, { rootsFile: null, directoryUrl });
    expect(await look(target, staging)).toMatchObject({ served: [{ state: 'match' }], error: null });
  });

  it('finds no server that should present anything where nothing is live', async () => {
    const verified = await look(targetAt(await serve(pki.ecdsa)));
    expect(verified).toMatchObject({ live: null, served: [], error: null });
  });

  it('says what is wrong with the roots, or with what is live', async () => {
    await makeLive();
    writeFileSync(join(dir, 'roots.pem'), 'nothing');
    const target = targetAt(await serve(pki.ecdsa));
    expect(await look(target)).toMatchObject({ served: [], error: { code: 'roots-unusable' } });
    const cert = join(layout.liveLink('a.example'), 'cert.pem');
    chmodSync(cert, 0o600);
    writeFileSync(cert, 'spoiled');
    expect(await look(target)).toMatchObject({ served: [], error: { code: 'generation-damaged' } });
  });
});

describe('who may not read keys', () => {
  it('needs no more than the certificates', async () => {
    await makeLive();
    const generation = layout.liveLink('a.example');
    for (const file of ['cert.pem', 'chain.pem', 'fullchain.pem']) chmodSync(join(generation, file), 0o444);
    const target = targetAt(await serve(pki.ecdsa));
    const { error, served } = await asNobody(() => look(target));
    expect({ error, served }).toMatchObject({ error: null, served: [{ state: 'match' }] });
  });

  it.runIf(ownUid === 0)('and not even those has the daemon’s word', async () => {
    await makeLive();
    const target = targetAt(await serve(pki.ecdsa), await serve(other.ecdsa));
    expect(await asNobody(() => look(target))).toMatchObject({
      error: { code: 'permission-denied', message: expect.stringMatching(/cert\.pem; run as root$/) },
    });
    await daemonSays();
    expect(await asNobody(() => look(target))).toMatchObject({
      live: { fingerprintSha256: pki.ecdsa.fingerprint },
      served: [{ state: 'match' }, { state: 'stale' }],
      error: null,
    });
    const directoryUrl = 'https://acme-staging-v02.api.letsencrypt.org/directory';
    const staging = configOf(target, { rootsFile: null, directoryUrl });
    expect(await asNobody(() => look(target, staging))).toMatchObject({
      error: {
        code: 'permission-denied',
        message: expect.stringMatching(/^nobody trusts the CA of a\.example/),
      },
    });
  });
});

describe('the command', () => {
  const run = (...names: readonly string[]) => captured(() => verifyCommand(names, places()));
  const configure = (more = '') =>
    writeFileSync(
      places().config,
      `account: { agree_tos: true }\n${more}certificates: [{ domains: [a.example], challenge: { webroot: /srv } }]\n`,
    );

  it('is UNKNOWN where there is nothing to look at', async () => {
    configure();
    expect(await run()).toEqual({
      code: 3,
      out: expect.stringMatching(/^UNKNOWN: there is nothing to look at: /),
      err: '',
    });
  });

  it.each([
    [0, ['ecdsa']],
    [1, ['ecdsa', 'stranger']],
    [2, ['ecdsa', 'leaf alone']],
  ] as const)('ends with %d where the endpoints present %j', async (code, served) => {
    await makeLive();
    const pairs = {
      ecdsa: pki.ecdsa,
      stranger: other.ecdsa,
      'leaf alone': { ...pki.ecdsa, cert: pki.ecdsa.leafPem },
    };
    const ports = await Promise.all(served.map(pair => serve(pairs[pair])));
    const verify = ports.map(port => `{ connect: "127.0.0.1:${port}" }`).join(', ');
    const roots = join(dir, 'roots.pem');
    writeFileSync(
      places().config,
      `account: { agree_tos: true }
ca: corp
cas: { corp: { directory: "https://ca.corp.example/dir", roots: ${roots} } }
certificates: [{ domains: [a.example], challenge: { webroot: /srv }, deploy: { verify: [${verify}] } }]
`,
    );
    const { code: ended, out, err } = await run('a.example');
    expect({ ended, err }).toEqual({ ended: code, err: '' });
    expect(out.split('\n').filter(line => line.startsWith('a.example'))).toHaveLength(ports.length);
  });

  it('gives JSON where that is asked for', async () => {
    configure();
    const { code, out } = await captured(() => verifyCommand([], { ...places(), json: true }));
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      status: 'unknown',
      certificates: [{ name: 'a.example' }],
    });
  });

  it('is UNKNOWN without a configuration that can be used, and says why', async () => {
    configure('color: red\n');
    const { code, out, err } = await run();
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/config\.yaml:2:1: config-unknown-key: /),
      'certd: config-invalid: the configuration has a problem; nothing was done',
      '',
    ]);
    chmodSync(places().config, 0o000);
    const unread = await asNobody(() => run());
    expect(unread).toMatchObject({ code: 3, out: '' });
    expect(unread.err).toMatch(/^certd: permission-denied: .*; run as root\n$/);
  });

  it('refuses a name that is not configured', async () => {
    configure();
    await expect(run('b.example')).rejects.toMatchObject({ code: 'usage' });
  });
});

async function daemonSays(): Promise<void> {
  const document: StatusDocument = exampleStatus(['well']);
  const certificates = document.certificates.map(certificate => ({
    ...certificate,
    name: 'a.example',
    ca: 'main',
    fingerprint_sha256: pki.ecdsa.fingerprint,
  }));
  const body = { ...document, certificates };
  const server = routeServer({ 'GET /status': () => ({ status: 200, body }) }, () => undefined);
  onTestFinished(() => void server.close());
  await listenOnSocket(server, join(dir, 'run/health.sock'), 0o666);
}

/** Root may read everything: there it is done as the user nobody. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (ownUid !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
