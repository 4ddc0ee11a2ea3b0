import {
  type DeployChoice,
  type DeployState,
  type DeployUnderWay,
  firstDeployState,
} from '../../src/core/deploy/deploy-model.ts';
import type { Endpoint, ServedRecord } from '../../src/core/endpoint.ts';
import { ownHost } from '../../src/core/host/host-change.ts';
import {
  type CaChoice,
  firstIssuerState,
  type Generation,
  type IssuerState,
  type Leaf,
  noProfile,
  type Observed,
  type OrderUnderWay,
  type RenewalWindow,
  type Revocation,
  type Target,
  type Trouble,
} from '../../src/core/model.ts';

/** A moment as tests write it: '2026-01-01' or '2026-01-01T10:00Z'. */
export const at = (text: string): number => Date.parse(text);

export const hour = 3_600_000;
export const day = 24 * hour;

/** Ninety days, from 2026-01-01 to 2026-04-01: two thirds have passed on 2026-03-02. */
export function makeLeaf(change: Partial<Leaf> = {}): Leaf {
  return {
    serial: '03aabb',
    fingerprintSha256: '11223344'.repeat(8),
    notBefore: at('2026-01-01'),
    notAfter: at('2026-04-01'),
    domains: ['a.example'],
    keyType: 'ecdsa-p256',
    keySha256: 'aa11'.repeat(16),
    ...change,
  };
}

export function makeGeneration(change: Partial<Generation> = {}): Generation {
  return {
    id: '0001-11223344',
    leaf: makeLeaf(),
    ca: 'main',
    directoryUrl: 'https://ca.test/dir',
    account: 'https://ca.test/account/1',
    profile: noProfile,
    preferredChain: null,
    validated: [],
    ...change,
  };
}

export function makeChoice(change: Partial<CaChoice> = {}): CaChoice {
  return { name: 'main', profile: null, preferredChain: null, settings: '', ...change };
}

/** An order under way for exactly what `makeTarget` asks for. */
export function makeOrder(change: Partial<OrderUnderWay> = {}): OrderUnderWay {
  return {
    ca: 'main',
    domains: ['a.example'],
    keyType: 'ecdsa-p256',
    profile: noProfile,
    placedAt: at('2026-01-15'),
    notBefore: null,
    ...change,
  };
}

/** What the operator wants: exactly what `makeGeneration` has. */
type TargetChange = Partial<Omit<Target, 'deploy'>> & { readonly deploy?: Partial<DeployChoice> };

export function makeTarget(change: TargetChange = {}): Target {
  return {
    name: 'a.example',
    domains: ['a.example'],
    cas: [makeChoice()],
    keyType: 'ecdsa-p256',
    keyReuse: false,
    challenge: { kind: 'webroot', path: '/srv/www' },
    renewAt: null,
    files: [],
    deployDigest: '0123456789abcdef',
    attempt: { before: [], after: [] },
    onClone: 'renew',
    ...change,
    deploy: makeDeploy(change.deploy),
  };
}

export function makeDeploy(change: Partial<DeployChoice> = {}): DeployChoice {
  return {
    test: null,
    hooks: [],
    timeoutMs: 60_000,
    verify: [],
    window: null,
    onFailure: 'rollback',
    redeployOnDrift: false,
    ...change,
  };
}

/** A deploy that has just begun, with nothing live before it. */
export function makeUnderWay(change: Partial<DeployUnderWay> = {}): DeployUnderWay {
  const nothingRun = { told: false, hooksDone: [], running: null, interrupted: 0, stops: 0, files: [] };
  return { id: '0001-11223344', from: null, before: [], back: null, ...nothingRun, ...change };
}

/** 127.0.0.1:443, asked for `a.example`. */
export function makeEndpoint(change: Partial<Endpoint> = {}): Endpoint {
  return {
    connect: '127.0.0.1:443',
    host: '127.0.0.1',
    port: 443,
    serverName: 'a.example',
    timeoutMs: 30_000,
    starttls: null,
    proxyProtocol: null,
    source: 'local',
    ...change,
  };
}

export function makeServed(change: Partial<ServedRecord> = {}): ServedRecord {
  return {
    connect: '127.0.0.1:443',
    serverName: 'a.example',
    state: 'match',
    detail: null,
    fingerprintSha256: '11223344'.repeat(8),
    notAfter: at('2026-04-01'),
    checkedAt: at('2026-01-15'),
    since: at('2026-01-01'),
    ...change,
  };
}

export function makeWindow(change: Partial<RenewalWindow> = {}): RenewalWindow {
  return {
    generation: '0001-11223344',
    start: at('2026-02-10'),
    end: at('2026-02-12'),
    renewAt: at('2026-02-11'),
    explanationUrl: null,
    confirmedAt: at('2026-01-01'),
    ...change,
  };
}

/** A CA that asks to wait until then. */
export function makeTrouble(change: Partial<Trouble> = {}): Trouble {
  return { ca: 'main', since: at('2026-01-01'), at: at('2026-01-01'), notBefore: null, ...change };
}

/** The generation of `makeGeneration`, revoked because its key became known. */
export function makeRevocation(change: Partial<Revocation> = {}): Revocation {
  return {
    generation: '0001-11223344',
    keySha256: 'aa11'.repeat(16),
    reason: 'keyCompromise',
    signedBy: 'account',
    replace: true,
    since: at('2026-01-15T10:00Z'),
    askedAt: at('2026-01-15T10:00Z'),
    confirmedAt: at('2026-01-15T10:00:01Z'),
    ...change,
  };
}

type Changes = Partial<Omit<Observed, 'issuer' | 'deploy'>> & {
  readonly issuer?: Partial<IssuerState>;
  readonly deploy?: Partial<DeployState>;
};

/** One generation, issued, live and deployed, and nothing else known. */
export function makeObserved({ issuer, deploy, ...change }: Changes = {}): Observed {
  const newest = change.issued === undefined ? makeGeneration() : (change.issued.at(-1) ?? null);
  return {
    name: 'a.example',
    issued: newest === null ? [] : [newest],
    live: newest === null ? null : { id: newest.id, leaf: newest.leaf },
    order: null,
    requestedAt: null,
    servedRemote: [],
    revoked: [],
    afterOwed: null,
    host: ownHost,
    faults: [],
    ...change,
    issuer: { ...firstIssuerState, ...issuer },
    deploy: { ...firstDeployState, deployed: newest?.id ?? null, ...deploy },
  };
}
