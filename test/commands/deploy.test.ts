import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DeployOptions, deployCommand } from '../../src/commands/deploy.ts';
import { rollbackCommand } from '../../src/commands/rollback.ts';
import { CertdError } from '../../src/core/errors.ts';
import { nextId } from '../../src/core/generation-id.ts';
import { controlSocket } from '../../src/daemon/socket-paths.ts';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { takeLock } from '../../src/store/lock.ts';
import { writeRequest } from '../../src/store/requests.ts';
import { readLeaf } from '../../src/x509/certificate.ts';
import { captured } from '../support/captured.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { root } from '../support/source-tree.ts';
import { openStateDir, ownDir } from '../support/state-dir.ts';

const result = {
  name: 'a.example',
  deployed: null,
  error: null,
  held: null,
  issued: '0002-aabbccdd',
  current: '0002-aabbccdd',
  rejected: [],
};

type Options = Pick<DeployOptions, 'owed' | 'force'>;

/** A daemon that answers with this, and what it was asked. */
async function daemon(path: '/deploy' | '/rollback', body: unknown) {
  const runtimeDir = ownDir();
  const asked: unknown[] = [];
  const answer = (request: unknown) => {
    asked.push(request);
    return { status: 200, body };
  };
  const alive = () => ({ status: 200, body: { alive: true } });
  const server = routeServer({ 'GET /livez': alive, [`POST ${path}`]: answer }, () => {});
  onTestFinished(() => void server.close());
  await listenOnSocket(server, controlSocket(runtimeDir), 0o600);
  return {
    asked,
    places: { config: join(runtimeDir, 'none.yaml'), stateDir: join(runtimeDir, 'none'), runtimeDir },
  };
}

describe('certd deploy asks the daemon', () => {
  it.each<[string, readonly string[], Options, object]>([
    ['for all that is owed', [], {}, { names: null, ask: 'pass' }],
    ['for those that are named', ['a.example'], {}, { names: ['a.example'], ask: 'named' }],
    ['for what it would do by itself', [], { owed: true }, { names: null, ask: 'nobody' }],
    ['for it by name, too', ['a.example'], { owed: true }, { names: ['a.example'], ask: 'nobody' }],
    ['for it again', ['a.example'], { force: true }, { names: ['a.example'], ask: 'forced' }],
  ])('%s', async (_words, names, options, request) => {
    const { asked, places } = await daemon('/deploy', { results: [result] });
    const ended = await captured(() => deployCommand(names, { ...places, ...options }));
    expect(asked).toEqual([request]);
    // Every few minutes its unit would say the same.
    const out = options.owed ? '' : 'a.example: nothing to deploy, 0002-aabbccdd is deployed\n';
    expect(ended).toEqual({ code: 0, out, err: '' });
  });

  it.each<[number, string, [string, boolean], Options]>([
    [1, 'a deploy fails', ['hook-failed', true], {}],
    [0, 'it does for the unit, and is on record', ['hook-failed', true], { owed: true }],
    [1, 'it is on no record', ['hook-failed', false], { owed: true }],
    [1, 'it was cut short', ['stopped', false], {}],
    [0, 'its unit cut it short', ['stopped', false], { owed: true }],
  ])('and ends with %d where %s', async (code, _words, [failure, recorded], options) => {
    const error = { code: failure, message: 'exit 1', recorded };
    const { places } = await daemon('/deploy', { results: [result, { ...result, error }] });
    expect((await captured(() => deployCommand([], { ...places, ...options }))).code).toBe(code);
  });

  it('and not where the words contradict each other', async () => {
    const { asked, places } = await daemon('/deploy', { results: [] });
    await expect(deployCommand([], { ...places, owed: true, force: true })).rejects.toMatchObject({
      code: 'usage',
    });
    expect(asked).toEqual([]);
  });
});

it.each([
  [undefined, null, 0, null],
  ['0001-11223344', '0001-11223344', 1, { code: 'hook-failed', message: 'exit 1', recorded: true }],
] as const)(
  'certd rollback --to %s asks the daemon for %s and ends with %d',
  async (word, to, code, error) => {
    const answer = { name: 'a.example', to: '0001-11223344', rejected: [], results: [{ ...result, error }] };
    const { asked, places } = await daemon('/rollback', answer);
    const options = word === undefined ? places : { ...places, to: word };
    expect((await captured(() => rollbackCommand('a.example', options))).code).toBe(code);
    expect(asked).toEqual([{ name: 'a.example', to }]);
  },
);

/** A state directory with an issued generation, a configuration for it, and no daemon. */
async function alone() {
  const layout = await openStateDir();
  const dir = ownDir();
  const pair = await makePair();
  const id = nextId([], readLeaf(pair.cert).fingerprintSha256);
  mkdirSync(layout.issuedOf('a.example'));
  await writeGeneration(layout.issuedGeneration('a.example', id), pair);
  const origin = '{"schema":1,"ca":"corp","directory":"https://ca.example/dir"}';
  writeFileSync(join(layout.issuedGeneration('a.example', id), 'generation.json'), origin);
  writeFileSync(join(dir, 'roots.pem'), pair.chain);
  const config = join(dir, 'config.yaml');
  writeFileSync(
    config,
    `account: { agree_tos: true }
ca: corp
cas: { corp: { directory: "https://ca.example/dir", roots: ${join(dir, 'roots.pem')} } }
certificates:
  - domains: [a.example]
    challenge: { webroot: /nowhere }
    deploy: { hooks: [{ shell: "echo $CERTD_NAME >> ${join(dir, 'ran')}" }] }
`,
  );
  return { layout, dir, id, places: { config, stateDir: layout.root, runtimeDir: dir } };
}

it('without a daemon it deploys by itself, and loads nothing that talks to a CA', async () => {
  const { layout, dir, id, places } = await alone();
  const list = join(dir, 'loaded');
  const certd = ['--import', join(root, 'test/support/loaded-modules.mjs'), join(root, 'src/certd.ts')];
  const words = ['deploy', '--config', places.config, '--state-dir', places.stateDir, '--runtime-dir', dir];
  const child = spawn(process.execPath, [...certd, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LOADED_MODULES: list },
  });
  child.stdout.resume();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(readDeployState(layout.deployState('a.example')).deployed).toBe(id);
  expect(readFileSync(join(dir, 'ran'), 'utf8')).toBe('a.example\n');
  const loaded = readFileSync(list, 'utf8').split('\n');
  expect(loaded.some(url => url.endsWith('/src/deploy/transaction.ts'))).toBe(true);
  expect(loaded.filter(url => url.includes('/src/acme/') || url.includes('acme-client'))).toEqual([]);
});

it('of a daemon that only issues it is told so, and deploys by itself', async () => {
  const { id, places } = await alone();
  const apart = () => {
    throw new CertdError('deployer-apart', 'it only issues');
  };
  const alive = () => ({ status: 200, body: { alive: true } });
  const routes = { 'GET /livez': alive, 'POST /deploy': apart, 'POST /rollback': apart };
  const server = routeServer(routes, () => {});
  onTestFinished(() => void server.close());
  await listenOnSocket(server, controlSocket(places.runtimeDir), 0o600);
  const ended = await captured(() => deployCommand([], { ...places, owed: true }));
  expect(ended).toMatchObject({ code: 0, out: `a.example: deployed ${id}\n` });
  await expect(rollbackCommand('a.example', places)).rejects.toMatchObject({ code: 'no-rollback-target' });
});

it.runIf(canBeOtherUsers())('in a directory of two users the issuer’s daemon is not even asked', async () => {
  const { id, layout, places } = await alone();
  for (const path of [layout.issuer, layout.requests]) chownSync(path, somebody.uid, somebody.gid);
  const { asked, places: daemonPlaces } = await daemon('/deploy', { results: [] });
  const { runtimeDir } = daemonPlaces;
  const ended = await captured(() => deployCommand([], { ...places, runtimeDir, owed: true }));
  expect(ended).toMatchObject({ code: 0, out: `a.example: deployed ${id}\n` });
  expect(asked).toEqual([]);
});

it('for its unit it takes the requests, and lasts a second where there was one', async () => {
  const { layout, places } = await alone();
  const took = async () => {
    const startedAt = performance.now();
    const ended = await captured(() => deployCommand([], { ...places, owed: true }));
    expect(ended).toMatchObject({ code: 0, err: '' });
    return performance.now() - startedAt;
  };
  await took();
  await writeRequest(realDisk, layout, 'of-nobody');
  expect(await took()).toBeGreaterThan(999);
  expect(readdirSync(layout.requests)).toEqual([]);
});

describe('for its unit a run that cannot even take the requests lasts a minute', () => {
  it.each<[string, (dir: string) => Partial<DeployOptions>]>([
    ['config-unreadable', dir => ({ config: join(dir, 'none.yaml') })],
    ['not-issued', dir => ({ stateDir: join(dir, 'none') })],
  ])('%s', async (code, changed) => {
    const { layout, dir, places } = await alone();
    await writeRequest(realDisk, layout, 'a.example');
    const slept: number[] = [];
    const sleep = async (ms: number) => void slept.push(ms);
    const pace = { elapsed: () => 0, sleep, say: () => {} };
    const options = { ...places, owed: true as const, ...changed(dir) };
    await expect(deployCommand([], options, pace)).rejects.toMatchObject({ code });
    expect(slept).toEqual([60_000]);
    expect(readdirSync(layout.requests)).toEqual(['a.example']);
  });
});

describe('without a daemon', () => {
  it('it waits while another certd has the deployer’s lock, and says so', async () => {
    const { id, layout, places } = await alone();
    const release = takeLock(layout.deployLock);
    const ended = captured(() => deployCommand([], places), release);
    expect(await ended).toEqual({
      code: 0,
      out: `a.example: deployed ${id}\n`,
      err: 'certd: waiting for another certd that deploys\n',
    });
  });

  it('there is nothing to deploy where nothing was ever issued', async () => {
    const { dir, places } = await alone();
    const nowhere = { ...places, stateDir: join(dir, 'none') };
    await expect(deployCommand([], nowhere)).rejects.toMatchObject({ code: 'not-issued' });
    await expect(rollbackCommand('a.example', nowhere)).rejects.toMatchObject({ code: 'not-issued' });
  });

  it('a rollback without anything before says so, and a name that is not there is wrong usage', async () => {
    const { id, places } = await alone();
    expect((await captured(() => deployCommand(['a.example'], places))).out).toBe(
      `a.example: deployed ${id}\n`,
    );
    await expect(rollbackCommand('a.example', places)).rejects.toMatchObject({ code: 'no-rollback-target' });
    await expect(rollbackCommand('b.example', places)).rejects.toMatchObject({ code: 'usage' });
    await expect(deployCommand(['b.example'], places)).rejects.toMatchObject({ code: 'usage' });
  });

  it('nothing is deployed under an id that is another leaf’s, and nothing of the issuer’s holds up what is', async () => {
    const { layout, id, places } = await alone();
    const issued = (given: string) => layout.issuedGeneration('a.example', given);
    renameSync(issued(id), issued('0001-aabbccdd'));
    expect(await captured(() => deployCommand([], places))).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^a\.example: failed: generation-damaged: .* the one that its name says/),
    });
    renameSync(issued('0001-aabbccdd'), issued(id));
    writeFileSync(layout.issuerState('a.example'), 'nonsense');
    expect(await captured(() => deployCommand(['a.example'], places))).toMatchObject({
      code: 0,
      out: `a.example: deployed ${id}\n`,
    });
  });
});
