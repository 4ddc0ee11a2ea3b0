import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Presented } from '../../src/core/deploy/presented.ts';
import { lastRecords } from '../../src/core/deploy/served-record.ts';
import { configOf } from '../../src/core/half.ts';
import type { Target } from '../../src/core/model.ts';
import type { EndpointLook } from '../../src/pass/endpoint-look.ts';
import { reconcile } from '../../src/reconcile.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readLeafOf } from '../../src/store/generation.ts';
import { observe } from '../../src/store/observe.ts';
import { readServed, writeServed } from '../../src/store/served.ts';
import { type CrashHost, target } from '../support/crash-host.ts';
import { makeEndpoint, makeServed } from '../support/make-observed.ts';
import { passHost } from './pass-host.ts';

const hour = 3_600_000;
const local = makeEndpoint({ connect: '127.0.0.1:443', serverName: 'crash.test' });
const remote = makeEndpoint({ connect: 'far.test:443', serverName: 'crash.test', source: 'remote' });

let host: CrashHost;
/** Whom each of the two has looked at. */
let looks: string[];
let presented: () => Presented;
beforeEach(async () => {
  host = await passHost();
  looks = [];
  presented = () => {
    if (host.live() === null) return { kind: 'none', detail: 'nothing listens there (ECONNREFUSED)' };
    const { fingerprintSha256, notAfter } = readLeafOf(host.layout().liveLink(target.name));
    return { kind: 'leaf', fingerprintSha256, notAfter, fault: null };
  };
});

const lookAs =
  (who: string): EndpointLook =>
  async ({ connect }) => {
    looks.push(`${who} ${connect}`);
    return presented();
  };

function withEndpoints(more: Partial<Target['deploy']> = {}): Target {
  return { ...target, deploy: { ...target.deploy, verify: [local, remote], ...more } };
}

const issue = (one: Target) => {
  const { certificates } = configOf('issuer', { certificates: [one] });
  return host.runIssuer(realDisk, parts =>
    reconcile(certificates, 'nothing', { ...parts, endpointLook: lookAs('issuer') }),
  );
};
const deploy = (one: Target) =>
  host.runDeployer(realDisk, { targets: [one], parts: { endpointLook: lookAs('deployer') } });

const deployersRecords = () => readDeployState(host.layout().deployState(target.name)).served;
const issuersRecords = () => readServed(host.layout(), target.name);
const known = () => lastRecords(observe(host.layout(), target.name), [local, remote]);

describe('of two processes', () => {
  it('each looks at its own endpoints, an hour apart, and both are known', async () => {
    const one = withEndpoints();
    await issue(one);
    expect(looks).toEqual([]);
    await deploy(one);
    expect(new Set(looks)).toEqual(new Set(['deployer 127.0.0.1:443']));
    looks = [];
    await issue(one);
    expect(looks).toEqual(['issuer far.test:443']);
    expect(deployersRecords()).toMatchObject([{ connect: '127.0.0.1:443', state: 'match' }]);
    expect(issuersRecords()).toMatchObject([{ connect: 'far.test:443', state: 'match' }]);
    expect(known().map(({ connect, state }) => `${connect} ${state}`)).toEqual([
      '127.0.0.1:443 match',
      'far.test:443 match',
    ]);
    looks = [];
    host.advance(hour - 1);
    await issue(one);
    await deploy(one);
    expect(looks).toEqual([]);
    host.advance(1);
    await issue(one);
    await deploy(one);
    expect(looks.sort()).toEqual(['deployer 127.0.0.1:443', 'issuer far.test:443']);
  });

  it('the issuer looks again once another certificate is live, and writes nothing of the deployer', async () => {
    const one = withEndpoints();
    await issue(one);
    await deploy(one);
    await issue(one);
    host.advance(61 * 24 * hour);
    await issue(one);
    await deploy(one);
    const before = readFileSync(host.layout().deployState(target.name), 'utf8');
    looks = [];
    await issue(one);
    expect(looks).toEqual(['issuer far.test:443']);
    expect(readFileSync(host.layout().deployState(target.name), 'utf8')).toBe(before);
  });

  it('the deployer that finds a server with another certificate tells it at once', async () => {
    const one = withEndpoints({ redeployOnDrift: true });
    await issue(one);
    await deploy(one);
    const good = presented;
    presented = () => ({
      kind: 'leaf',
      fingerprintSha256: '99'.repeat(32),
      notAfter: host.now(),
      fault: null,
    });
    host.advance(hour);
    const before = host.hooksRun.length;
    const runHook = async () => {
      presented = good;
      return { outcome: 'ok', detail: 'exit 0', output: '' } as const;
    };
    const parts = { endpointLook: lookAs('deployer'), runHook };
    const results = await host.runDeployer(realDisk, { targets: [one], parts });
    expect(results).toMatchObject([{ deployed: `0001-${host.live()}`, error: null }]);
    expect(deployersRecords()).toMatchObject([{ state: 'match' }]);
    expect(host.hooksRun).toHaveLength(before);
  });

  it('nobody believes the issuer about an endpoint of this host', async () => {
    const one = withEndpoints();
    await issue(one);
    await deploy(one);
    const { fingerprintSha256 } = readLeafOf(host.layout().liveLink(target.name));
    const lie = makeServed({ ...local, fingerprintSha256, checkedAt: host.now() + hour });
    await writeServed(realDisk, host.layout().servedOf(target.name), [lie]);
    host.advance(hour);
    looks = [];
    await deploy(one);
    expect(looks).toEqual(['deployer 127.0.0.1:443']);
    expect(known()).toMatchObject([{ connect: '127.0.0.1:443', checkedAt: host.now() }]);
  });
});
