import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { dutyOf } from '../../src/core/duty.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { Instant } from '../../src/core/instant.ts';
import type { Leaf, Target } from '../../src/core/model.ts';
import { runRevoke } from '../../src/daemon/run-revoke.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { reconcile } from '../../src/reconcile.ts';
import { realDisk } from '../../src/store/disk.ts';
import { openWorld } from '../../src/store/world.ts';
import { certIdOf } from '../../src/x509/cert-id.ts';
import { authority, type CrashHost, crashHost, target } from './crash-host.ts';
import { fakeIssuer } from './fake-issuer.ts';
import { type LetsEncryptLike, letsEncryptLike } from './letsencrypt-like.ts';
import type { TestCa } from './make-cert.ts';
import { makeConfig } from './make-config.ts';
import { makeChoice } from './make-observed.ts';

const day = 86_400_000;

/** Names, each of a certificate and of the CA that issues it, and their lifetimes in days. */
const lifetimes = { 'six.test': 6, 'forty-seven.test': 47, 'ninety.test': 90 } as const;
const names: readonly (keyof typeof lifetimes)[] = ['six.test', 'forty-seven.test', 'ninety.test'] as const;

const targets: readonly Target[] = names.map(name => ({
  ...target,
  name,
  domains: [name],
  cas: [makeChoice({ name })],
}));

export type Year = {
  readonly host: CrashHost;
  readonly cas: readonly LetsEncryptLike[];
  /** Days since the start. */
  today(): number;
  /** Jumps from each moment at which something can be due to the next, as a daemon that is started anew for each. */
  liveUntil(day: number): Promise<void>;
  /** As `certd revoke NAME`. */
  revoke(name: keyof typeof lifetimes): Promise<void>;
  /** What a web server would have served that is not valid, at any moment that was looked at. */
  gaps(): readonly Seen[];
  /** Of each CA. */
  orders(): readonly number[];
  /** The share of its lifetime that each certificate of a name had left when another took its place. */
  leftAtRenewal(name: keyof typeof lifetimes): readonly number[];
};

type Seen = { readonly name: string; readonly at: Instant; readonly leaf: Leaf | null };

type Wish = {
  /** Equal seeds give equal years. */
  readonly seed: number;
  /** Why no CA serves, by the days since the start; null while they serve. */
  readonly outage?: (today: number) => CertdError | null;
  /** Whether the CAs say when to renew (ARI). */
  readonly hasWindows?: boolean;
  /** Whether the issuer asks another process for each deploy. */
  readonly isExternal?: boolean;
  /** How long before its issue a certificate begins, in ms. */
  readonly datesBack?: number;
};

/** A year of three certificates with the real pass, plan and store, on a clock that jumps. */
export function openYear(
  ca: TestCa,
  { seed, outage = () => null, hasWindows = true, datesBack = 0, isExternal = false }: Wish,
): Year {
  const host = crashHost(ca);
  onTestFinished(host.remove);
  const start = host.now();
  const draw = mulberry32(seed);
  const today = () => (host.now() - start) / day;
  const byCertId = new Map<string, Leaf>();
  let memory = fresh(host);
  const ids = new Map<string, string>();
  /** What the CA knows of a certificate that it has just issued. */
  const learn = (name: string) => {
    const newest = memory.world.seen(name).issued.at(-1);
    if (newest === undefined || ids.get(name) === newest.id) return;
    ids.set(name, newest.id);
    byCertId.set(certIdIn(host, name, newest.id), newest.leaf);
  };
  /** Drops all that is in memory, as a restart does: now and then, since a daemon lives for weeks. */
  const restart = () => {
    memory = fresh(host);
  };
  const caOf = (name: keyof typeof lifetimes) => {
    const issuer = fakeIssuer({ ca, now: host.now, lifetimeMs: lifetimes[name] * day });
    issuer.dateBack(datesBack);
    const leafOf = (certId: string) => byCertId.get(certId);
    return letsEncryptLike(issuer, {
      now: host.now,
      leafOf,
      outage: () => outage(today()),
      draw,
      hasWindows,
    });
  };
  const cas = new Map<string, LetsEncryptLike>(names.map(name => [name, caOf(name)]));
  const parts = {
    random: draw,
    authorities: new Map(names.map(name => [name, { ...authority, name }])),
    issuerFor: ({ name }: { name: string }) => cas.get(name) ?? expect.fail(name),
  };
  /** The issuer does what is due, and where it asks for it a deployer starts, which its watch notices. */
  const passApart = async (due: readonly Target[]) => {
    await host.runIssuer(realDisk, all => reconcile(due, 'nothing', { ...all, ...parts, ...memory }));
    if (readdirSync(host.layout().requests).length === 0) return;
    await host.runDeployer(realDisk, { targets, parts });
    names.forEach(memory.world.forget);
  };
  const passTogether = (due: readonly Target[]) =>
    host.start(realDisk, 'nothing', { targets: due, parts: { ...parts, ...memory } });
  const pass = isExternal ? passApart : passTogether;
  const seen: Seen[] = [];
  const liveUntil = async (last: number) => {
    while (today() <= last) {
      const { due, wakeAt } = dutyOf(targets, memory.world.seen, host.now());
      if (due.length === 0) host.advance(Math.max(1, (wakeAt ?? Number.POSITIVE_INFINITY) - host.now()));
      else await pass(due);
      if (draw() < restarts) restart();
      for (const { name } of due) learn(name);
      for (const name of names) {
        seen.push({ name, at: host.now(), leaf: memory.world.seen(name).live?.leaf ?? null });
      }
    }
  };
  return {
    host,
    cas: [...cas.values()],
    today,
    liveUntil,
    async revoke(name) {
      const wish = { name, generation: null, reason: 'superseded', replace: true } as const;
      const run = (all: PassParts) => runRevoke(makeConfig(targets), { ...all, ...parts, ...memory }, wish);
      await host.run(realDisk, run);
      learn(name);
    },
    gaps: () =>
      // The very first look comes before the first order.
      seen.filter(({ at, leaf }) => at > start && !isValid(leaf, at)),
    orders: () => [...cas.values()].map(({ placed }) => placed.length),
    leftAtRenewal: name => leftAtRenewal(seen.filter(each => each.name === name)),
  };
}

function leftAtRenewal(seen: readonly Seen[]): readonly number[] {
  return seen.flatMap(({ leaf, at }, index) => {
    const before = seen[index - 1]?.leaf ?? null;
    if (before === null || leaf?.serial === before.serial) return [];
    return [(before.notAfter - at) / (before.notAfter - before.notBefore)];
  });
}

function isValid(leaf: Leaf | null, at: Instant): boolean {
  return leaf !== null && leaf.notBefore <= at && at < leaf.notAfter;
}

/** The share of the moments after which certd is started anew. */
const restarts = 1 / 20;

function fresh(host: CrashHost) {
  const layout = host.layout();
  return { layout, world: openWorld(layout) };
}

function certIdIn(host: CrashHost, name: string, id: string): string {
  const pem = readFileSync(join(host.layout().issuedGeneration(name, id), 'cert.pem'), 'utf8');
  return certIdOf(pem) ?? expect.fail(`${name} ${id} has no certID`);
}

/** A small generator of equal numbers for equal seeds (Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
