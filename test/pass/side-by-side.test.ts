import { expect, it } from 'vitest';
import { CertdError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/model.ts';
import type { Issuer } from '../../src/core/ports.ts';
import { openTraffic } from '../../src/daemon/traffic.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import { openWorld } from '../../src/store/world.ts';
import { authority, target } from '../support/crash-host.ts';
import { makeChoice, makeDeploy } from '../support/make-observed.ts';
import { waitUntil } from '../support/wait-until.ts';
import { passHost } from './pass-host.ts';

const targetsOf = (count: number, ca = 'test'): readonly Target[] =>
  Array.from({ length: count }, (_, index) => {
    const name = `${ca}-${index}.test`;
    return { ...target, name, domains: [name], cas: [makeChoice({ name: ca })] };
  });

/** A CA whose orders wait until the test lets them go, and how many wait at a time. */
function slowCa(issuer: Issuer) {
  const waiting: (() => void)[] = [];
  let most = 0;
  const slow: Issuer = {
    ...issuer,
    async order(request, signal) {
      await new Promise<void>(letGo => {
        waiting.push(letGo);
        most = Math.max(most, waiting.length);
      });
      return issuer.order(request, signal);
    },
  };
  return { slow, waiting, most: () => most };
}

it('issues sixteen at once, the others as places become free, and runs the hooks once for all', async () => {
  const host = await passHost();
  const { slow, waiting, most } = slowCa(host.issuer);
  const targets = targetsOf(20);
  const pass = host.start(realDisk, 'nothing', { targets, parts: { issuerFor: () => slow } });
  await waitUntil('the lane is full', () => (waiting.length === 16 ? true : null));
  for (let done = 0; done < 20; done += 1) {
    await waitUntil('somebody waits', () => (waiting.length > 0 ? true : null));
    waiting.shift()?.();
  }
  const results = await pass;
  expect(most()).toBe(16);
  expect(results.filter(({ issued, deployed }) => issued !== null && issued === deployed)).toHaveLength(20);
  expect(host.hooksRun.map(hook => hook.split(' ')[0])).toEqual(['first', 'second']);
});

it('a CA that answers nothing holds up no certificate of another one, and no deploy for longer than its batch waits', async () => {
  const host = await passHost();
  const { slow, waiting } = slowCa(host.issuer);
  const dead = { ...authority, name: 'dead', directoryUrl: 'https://dead.test/dir' };
  const timers: (() => void)[] = [];
  const targets = [...targetsOf(20, 'dead'), ...targetsOf(2)];
  const pass = host.start(realDisk, 'nothing', {
    targets,
    parts: {
      authorities: new Map([
        ['dead', dead],
        ['test', authority],
      ]),
      issuerFor: ({ name }) => (name === 'dead' ? slow : host.issuer),
      timer: (_, ring) => {
        timers.push(ring);
        return () => {};
      },
    },
  });
  await waitUntil('both of the good CA are issued', () => (host.issuer.orders.length === 2 ? true : null));
  await waitUntil('their batch waits', () => (timers.length === 1 ? true : null));
  await waitUntil('the silent one is asked by all who have a place', () =>
    waiting.length === 16 ? true : null,
  );
  expect(host.hooksRun).toEqual([]);
  timers[0]?.();
  await waitUntil('they are deployed', () => (host.hooksRun.length >= 2 ? true : null));
  expect(host.issuer.orders).toHaveLength(2);
  for (let done = 0; done < 20; done += 1) {
    await waitUntil('somebody waits', () => (waiting.length > 0 ? true : null));
    waiting.shift()?.();
  }
  expect((await pass).filter(({ error }) => error !== null)).toEqual([]);
});

it('a CA that cannot be reached is asked by those with a place, and the rest wait for the next look', async () => {
  const host = await passHost();
  const down = new CertdError('ca-unreachable', 'the CA cannot be reached: ECONNREFUSED');
  const asked: string[] = [];
  const issuer: Issuer = {
    ...host.issuer,
    order: async ({ domains }) => {
      asked.push(...domains);
      throw down;
    },
  };
  const targets = targetsOf(20);
  const world = openWorld(host.layout());
  const results = await host.start(realDisk, 'nothing', {
    targets,
    parts: { issuerFor: () => issuer, world },
  });
  expect(asked).toHaveLength(16);
  const states = targets.map(({ name }) => readIssuerState(host.layout(), name));
  expect(states.filter(({ lastError }) => lastError?.code === 'ca-unreachable')).toHaveLength(16);
  // An outage of the CA is no failure of a certificate.
  expect(states.map(({ failures }) => failures)).toEqual(Array(20).fill(0));
  expect(results.map(({ error }) => error?.code)).toEqual(Array(20).fill('ca-unreachable'));
  expect(results[19]?.error?.message).toBe('not tried: the CA cannot be reached: ECONNREFUSED');
  const why = targets.map(({ name }) => world.seen(name).faults.map(({ message }) => message));
  expect(why.filter(reasons => reasons.length > 0)).toEqual(
    Array(4).fill(['it waits: not tried: the CA cannot be reached: ECONNREFUSED']),
  );
});

it('what has failed before does not keep its place from what has not', async () => {
  const host = await passHost();
  const targets = targetsOf(17);
  for (const { name } of targets.slice(0, 16)) {
    host.issuer.failNext('order', new CertdError('caa-forbids', name));
  }
  await host.start(realDisk, 'nothing', { targets: targets.slice(0, 16) });
  host.advance(26 * 3_600_000);
  const started: string[] = [];
  const { slow, waiting } = slowCa(host.issuer);
  const issuer: Issuer = {
    ...slow,
    order: (request, signal) => {
      started.push(...request.domains);
      return slow.order(request, signal);
    },
  };
  const busy = targetsOf(16, 'busy').map(one => ({ ...one, cas: [makeChoice({ name: 'test' })] as const }));
  const pass = host.start(realDisk, 'nothing', {
    targets: [...busy, ...targets],
    parts: { issuerFor: () => issuer },
  });
  await waitUntil('the lane is full', () => (waiting.length === 16 ? true : null));
  waiting.shift()?.();
  await waitUntil('the next has its place', () => (started.length === 17 ? true : null));
  expect(started[16]).toBe('test-16.test');
  for (let done = 1; done < 33; done += 1) {
    await waitUntil('somebody waits', () => (waiting.length > 0 ? true : null));
    waiting.shift()?.();
  }
  await pass;
});

it('a hook that hangs holds up no certificate that has other hooks, and those that share it wait', async () => {
  const host = await passHost();
  const hooked = (name: string, ...commands: string[]): Target => ({
    ...target,
    name,
    domains: [name],
    deploy: makeDeploy({
      hooks: commands.map(word => ({ kind: 'argv', argv: [word] })),
      timeoutMs: 43_200_000,
    }),
  });
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  const ran: string[] = [];
  const pass = host.start(realDisk, 'nothing', {
    targets: [
      hooked('slow.test', 'slow'),
      hooked('both.test', 'slow', 'quick'),
      hooked('other.test', 'other'),
    ],
    parts: {
      runHook: async ({ command, env }) => {
        if (command.kind === 'argv') ran.push(`${command.argv[0]} for ${env['CERTD_NAME']}`);
        if (command.kind === 'argv' && command.argv[0] === 'slow') await promise;
        return { outcome: 'ok', detail: 'exit 0', output: '' };
      },
    },
  });
  const deployed = (name: string) => readDeployState(host.layout().deployState(name)).deployed;
  await waitUntil('the other one is deployed', () => (deployed('other.test') === null ? null : true));
  expect(deployed('slow.test')).toBe(null);
  const slowly = await waitUntil(
    'the slow one runs',
    () => ran.find(line => line.startsWith('slow')) ?? null,
  );
  expect(slowly.split(' ').toSorted()).toEqual(['both.test', 'for', 'slow', 'slow.test']);
  expect(ran).toHaveLength(2);
  letGo();
  await pass;
  expect(ran).toContain('quick for both.test');
});

it('a stop begins no deploy any more, and whoever asked is told', async () => {
  const host = await passHost();
  const stop = new AbortController();
  const issuer: Issuer = {
    ...host.issuer,
    complete: async (request, signal) => {
      const pem = await host.issuer.complete(request, signal);
      stop.abort();
      return pem;
    },
  };
  const [result] = await host.start(realDisk, 'forced', {
    parts: { issuerFor: () => issuer, signal: stop.signal },
  });
  expect(result).toMatchObject({
    issued: expect.stringMatching(/^0001-/),
    deployed: null,
    error: { code: 'stopped' },
  });
  expect(host.live()).toBe(null);
  expect(readDeployState(host.layout().deployState(target.name))).toMatchObject({
    failures: 0,
    underWay: null,
  });
});

it('a CA that is down until a certain time is asked by nobody before', async () => {
  const host = await passHost();
  const notBefore = host.now() + 3_600_000;
  const asked: string[] = [];
  const issuer: Issuer = {
    ...host.issuer,
    order: async ({ domains }) => {
      asked.push(...domains);
      throw new CertdError('ca-error', 'down', { notBefore });
    },
  };
  const traffic = openTraffic(host.now);
  const look = (targets: readonly Target[]) =>
    host.start(realDisk, 'nothing', { targets, parts: { ...traffic, issuerFor: () => issuer } });
  await look(targetsOf(20));
  expect(asked).toHaveLength(16);
  await look(targetsOf(20));
  expect(asked).toHaveLength(16);
  host.advance(3_600_001);
  const others = targetsOf(20).filter(({ name }) => !asked.includes(name));
  await look(others);
  expect(new Set(asked).size).toBe(20);
});
