import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPair } from '../../src/store/generation.ts';
import { askSocket } from '../support/ask-socket.ts';
import { type CaProxy, startCaProxy } from '../support/ca-proxy.ts';
import { type CertdProcess, startCertd } from '../support/certd-process.ts';
import { waitForLooks } from '../support/count-looks.ts';
import { firstCases, renewalCases, type SpoiledCase } from '../support/spoiled-cases.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type SteppedClock, steppedClock } from '../support/stepped-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

type Status = {
  readonly name: string;
  readonly generation: { readonly deployed: string | null };
  readonly renewal: {
    readonly source: string;
    readonly last_error: { readonly code: string } | null;
  };
};

/** What there is of one case at one moment. */
type Facts = {
  /** Of the last error. */
  readonly code: string | null;
  readonly keepsOrder: boolean;
  /** Counter of the generation that is deployed. */
  readonly deployed: number;
  /** In the half minute from the first on since the CA was spoiled. */
  readonly requests: number;
  /** Since the CA was spoiled. */
  readonly orders: number;
};

/**
 * One daemon, and for each case a CA of its own: a proxy before the same Pebble. The story: the first cases are
 * spoiled from the start, the others get a certificate; 70 days later these renew at a spoiled CA, and the first
 * at a sane one; 8 days later, when neither back-off nor Retry-After can hold them, all CAs are sane.
 */
describe('certd at a spoiled CA', () => {
  let stack: Stack;
  let certd: CertdProcess;
  let clock: SteppedClock;
  const proxies = new Map<string, CaProxy>();
  /** How many requests there were when the CA was spoiled. */
  const before = new Map<string, number>();
  const spoiled = new Map<string, Facts>();
  const mended = new Map<string, Facts>();

  beforeAll(async () => {
    stack = await startStack();
    clock = steppedClock(stack.programs, stack.dir);
    for (const { name } of [...firstCases, ...renewalCases])
      proxies.set(name, await startCaProxy(stack, clock.now));
    spoil(firstCases);
    certd = await startCertd(join(stack.dir, 'certd'), configuration(stack, proxies), {
      env: clock.env,
    });
    await until('the first are decided', firstCases, isDecided(1));
    await until('the others are deployed and have a window', renewalCases, hasWindow);
    await note(spoiled, firstCases);
    mend(firstCases);
    spoil(renewalCases);
    clock.step(70);
    await until('the first are deployed', firstCases, isDeployed(1));
    await until('the others are decided', renewalCases, isDecided(2));
    await waitForLooks(health(), 3);
    await note(mended, firstCases);
    await note(spoiled, renewalCases);
    mend(renewalCases);
    clock.step(78);
    await until('the others are deployed', renewalCases, isDeployed(2));
    await note(mended, renewalCases);
  });
  afterAll(async () => {
    await certd.stop();
    for (const proxy of proxies.values()) await proxy.stop();
    await stack.stop();
  });

  const health = () => join(certd.runtimeDir, 'health.sock');
  const proxyOf = ({ name }: SpoiledCase) => {
    const proxy = proxies.get(name);
    if (proxy === undefined) throw new Error(`no proxy for ${name}`);
    return proxy;
  };
  const spoil = (cases: readonly SpoiledCase[]) => {
    for (const each of cases) {
      before.set(each.name, proxyOf(each).count());
      proxyOf(each).spoil(each.rule);
    }
  };
  const mend = (cases: readonly SpoiledCase[]) => {
    for (const each of cases) proxyOf(each).spoil();
  };
  const statusOf = async (cases: readonly SpoiledCase[]): Promise<readonly Status[]> => {
    const { certificates } = JSON.parse((await askSocket(health(), '/status')).body);
    return cases.map(({ name }) => certificates.find((each: Status) => each.name === domainOf(name)));
  };
  const until = async (
    what: string,
    cases: readonly SpoiledCase[],
    isReached: (each: SpoiledCase, status: Status) => boolean,
  ) => {
    let missing: readonly string[] = [];
    const probe = async () => {
      const statuses = await statusOf(cases);
      missing = statuses.flatMap((status, index) => {
        const each = cases[index];
        return each !== undefined && isReached(each, status) ? [] : [JSON.stringify(status)];
      });
      return missing.length === 0 ? true : null;
    };
    await waitUntil(what, probe).catch((thrown: unknown) => {
      throw new Error(`in vain: ${missing.join('\n')}`, { cause: thrown });
    });
  };
  const note = async (facts: Map<string, Facts>, cases: readonly SpoiledCase[]) => {
    for (const [index, status] of (await statusOf(cases)).entries()) {
      const each = cases[index];
      if (each === undefined) throw new Error(`no case for ${status.name}`);
      const requests = proxyOf(each).seen().slice(before.get(each.name));
      // Throws where key, leaf and chain do not belong together.
      if (status.generation.deployed !== null) readPair(certd.liveDir(status.name));
      facts.set(each.name, {
        code: status.renewal.last_error?.code ?? null,
        keepsOrder: existsSync(join(certd.stateDir, 'issuer/work', status.name, 'order.json')),
        deployed: counterOf(status),
        requests: inHalfAMinute(requests),
        orders: ordersAmong(requests),
      });
    }
  };

  test.each([
    ...firstCases.map(each => ({ ...each, had: 0, next: 1 })),
    ...renewalCases.map(each => ({ ...each, had: 1, next: 2 })),
  ])('$name: $code', ({ name, code, keepsOrder, most, orders, had, next }) => {
    const now = spoiled.get(name);
    expect(now).toMatchObject({ code, keepsOrder, deployed: code === null ? next : had });
    expect(now?.requests).toBeLessThanOrEqual(most);
    const end = code === null ? now : mended.get(name);
    expect(end).toMatchObject({ code: null, keepsOrder: false, deployed: next, orders });
  });

  test('the daemon is alive, and no defect of its own was met', async () => {
    expect((await askSocket(health(), '/livez')).status).toBe(200);
    expect(certd.process.log()).not.toContain('internal-error');
  });
});

function isDecided(next: number) {
  return (each: SpoiledCase, status: Status): boolean =>
    each.code === null ? counterOf(status) >= next : status.renewal.last_error !== null;
}

function isDeployed(counter: number) {
  return (_: SpoiledCase, status: Status): boolean => counterOf(status) >= counter;
}

/** On a slow machine a story takes longer than the first back-off. */
function inHalfAMinute(requests: ReturnType<CaProxy['seen']>): number {
  const [first] = requests;
  return requests.filter(({ at }) => first !== undefined && at < first.at + 30_000).length;
}

/** Pebble fails at a `replaces` whose serial begins with 00, which one of 256 of its own does. */
function ordersAmong(requests: ReturnType<CaProxy['seen']>): number {
  return requests.filter(({ kind, caStatus }) => kind === 'newOrder' && caStatus !== 500).length;
}

/** It is asked for after the deploy: nothing is under way any more. */
function hasWindow(_: SpoiledCase, { renewal }: Status): boolean {
  return renewal.source === 'ari';
}

/** Of the generation that is deployed; 0 where there is none. */
function counterOf({ generation }: Status): number {
  return Number(generation.deployed?.slice(0, 4) ?? 0);
}

function domainOf(name: string): string {
  return `${name}.spoiled.test`;
}

function configuration(stack: Stack, proxies: ReadonlyMap<string, CaProxy>): string {
  const authority = ([name, { directoryUrl, trustFile }]: [string, CaProxy]) =>
    `  ${name}: { directory: "${directoryUrl}", trust: ${trustFile}, roots: ${stack.pebble.rootsFile}, issue_timeout: 10s, validation_port: ${stack.nginx.httpPort} }\n`;
  const names = [...proxies.keys()];
  return `account: { email: ops@certd.test, agree_tos: true }
schedule: "* * * * * *"
cas:
${[...proxies].map(authority).join('')}\
defaults:
  challenge: { webroot: ${stack.nginx.webroot} }
certificates:
${names.map(name => `  - { domains: [${domainOf(name)}], ca: ${name} }\n`).join('')}`;
}
