import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeployState } from '../../src/core/deploy/deploy-model.ts';
import type { Presented } from '../../src/core/deploy/presented.ts';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import { openSlots } from '../../src/host/slots.ts';
import type { EndpointLook } from '../../src/pass/endpoint-look.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { readDeployState, writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readLeafOf } from '../../src/store/generation.ts';
import { authority, type CrashHost, target } from '../support/crash-host.ts';
import { listening } from '../support/endpoint-servers.ts';
import { makeEndpoint, makeUnderWay } from '../support/make-observed.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { ownDir } from '../support/state-dir.ts';
import { ca, passHost } from './pass-host.ts';

const hour = 3_600_000;
let host: CrashHost;

/** Deployed, and no endpoint declared yet. */
beforeEach(async () => {
  host = await passHost();
  await host.start(realDisk, 'nothing');
});

function withEndpoints(...ports: readonly number[]): Target {
  const verify = ports.map(port =>
    makeEndpoint({ connect: `127.0.0.1:${port}`, port, serverName: 'www.crash.test' }),
  );
  return { ...target, deploy: { ...target.deploy, verify } };
}

const look = (one: Target, parts: Partial<PassParts> = {}, disk = realDisk) =>
  host.start(disk, 'nothing', { targets: [one], parts });

const state = () => readDeployState(host.layout().deployState(target.name));
const served = () => state().served;
const deployed = () => state().deployed ?? '';
const states = () => served().map(({ state }) => state);
const liveLeaf = () => readLeafOf(host.layout().liveLink(target.name));

const matching = (): Presented => {
  const { fingerprintSha256, notAfter } = liveLeaf();
  return { kind: 'leaf', fingerprintSha256, notAfter, fault: null };
};
const none: Presented = { kind: 'none', detail: 'nothing listens there (ECONNREFUSED)' };

describe('with a real server', () => {
  it('finds out within the hour that it presents another certificate, and that it does no more', async () => {
    const rootsFile = join(ownDir(), 'roots.pem');
    writeFileSync(rootsFile, (await ca()).pem);
    const authorities = new Map([['test', { ...authority, rootsFile }]]);
    const pairOf = (id: string) => {
      const dir = host.layout().deployedGeneration(target.name, id);
      const read = (file: string) => readFileSync(join(dir, file), 'utf8');
      return { cert: read('fullchain.pem'), key: read('privkey.pem') };
    };
    const first = deployed();
    const server = createServer(pairOf(first));
    const one = withEndpoints(await listening(server, '127.0.0.1'));
    await look(one, { authorities });
    expect(served()).toEqual([
      {
        connect: one.deploy.verify[0]?.connect,
        serverName: 'www.crash.test',
        state: 'match',
        detail: null,
        fingerprintSha256: liveLeaf().fingerprintSha256,
        notAfter: liveLeaf().notAfter,
        checkedAt: host.now(),
        since: host.now(),
      },
    ]);

    await host.start(realDisk, 'forced');
    const newer = deployed();
    expect(newer).not.toBe(first);
    host.advance(hour);
    const since = host.now();
    await look(one, { authorities });
    expect(served()).toMatchObject([{ state: 'stale', since }]);
    host.advance(hour);
    await look(one, { authorities });
    expect(served()).toMatchObject([{ state: 'stale', since, checkedAt: since + hour }]);

    server.setSecureContext(pairOf(newer));
    host.advance(hour);
    await look(one, { authorities });
    expect(states()).toEqual(['match']);
    expect(host.logged.map(({ msg, code }) => [msg, code])).toEqual([
      ['endpoint does not present it', 'endpoint-stale'],
    ]);
  });
});

describe('the hourly look', () => {
  it('comes once an hour, and costs a certificate without endpoints nothing', async () => {
    let looks = 0;
    const endpointLook: EndpointLook = async () => {
      looks += 1;
      return matching();
    };
    await look(target, { endpointLook });
    const disk = recordingDisk(host.layout().root);
    await look(withEndpoints(1, 2), { endpointLook }, disk);
    expect(looks).toBe(2);
    expect(disk.calls.filter(call => call.includes('deploy/'))).toEqual([
      'writeNew deploy/crash.test.json.new',
      'rename deploy/crash.test.json.new deploy/crash.test.json',
    ]);
    host.advance(hour - 1);
    await look(withEndpoints(1, 2), { endpointLook });
    expect(looks).toBe(2);
    host.advance(1);
    await look(withEndpoints(1, 2), { endpointLook });
    expect(looks).toBe(4);
  });

  it('forgets an endpoint that is declared no more, and looks at a new one at once', async () => {
    await look(withEndpoints(1, 2), { endpointLook: async () => matching() });
    await look(withEndpoints(2, 3), { endpointLook: async () => none });
    expect(served().map(({ connect, state }) => [connect, state])).toEqual([
      ['127.0.0.1:2', 'unreachable'],
      ['127.0.0.1:3', 'unreachable'],
    ]);
  });

  it('goes to a few endpoints at a time', async () => {
    let now = 0;
    let most = 0;
    const endpointLook: EndpointLook = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>(goOn => setImmediate(goOn));
      now -= 1;
      return matching();
    };
    await look(withEndpoints(1, 2, 3, 4, 5), { endpointLook, lookSlots: openSlots(2) });
    expect(most).toBe(2);
    expect(states()).toEqual(Array.from({ length: 5 }, () => 'match'));
  });

  it('that cannot be had is told, and harms nothing else', async () => {
    const endpointLook = async () => {
      throw new CertdError('roots-unusable', 'no roots');
    };
    expect(await look(withEndpoints(1), { endpointLook })).toMatchObject([{ error: null }]);
    expect(host.logged).toMatchObject([{ code: 'roots-unusable', certificate: 'crash.test' }]);
    expect(served()).toEqual([]);
  });

  it('is not said to have failed where certd is being stopped', async () => {
    const stop = new AbortController();
    const endpointLook = async () => {
      stop.abort();
      throw new CertdError('stopped', 'certd is being stopped');
    };
    await look(withEndpoints(1), { endpointLook, signal: stop.signal });
    await look(withEndpoints(1), { endpointLook: async () => matching(), signal: stop.signal });
    expect(host.logged).toEqual([]);
    expect(served()).toEqual([]);
  });
});

describe('what a person does while servers are looked at', () => {
  const change = async (changed: Partial<DeployState>) => {
    await writeDeployState(realDisk, host.layout().deployState(target.name), { ...state(), ...changed });
    return matching();
  };

  it('stays: a rollback is not forgotten because the look had begun before it', async () => {
    const rejected = ['0009-99887766'];
    await look(withEndpoints(1), { endpointLook: () => change({ rejected }) });
    expect(state()).toMatchObject({ rejected, deployed: deployed() });
    expect(states()).toEqual(['match']);
  });

  it.each<[string, Partial<DeployState>]>([
    ['a deploy that has ended meanwhile', { lastAt: 1_800_000_000_000 }],
    ['a deploy that is under way', { underWay: makeUnderWay({ id: '0001-11223344', running: 'abc' }) }],
  ])('is what counts: nothing is written over %s', async (_, changed) => {
    await look(withEndpoints(1), { endpointLook: () => change(changed) });
    expect(state()).toMatchObject(changed);
    expect(served()).toEqual([]);
  });
});
