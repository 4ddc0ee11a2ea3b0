import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type IssuerOptions, type OpenIssuer, openIssuer } from '../../src/acme/issuer.ts';
import type { CertdError } from '../../src/core/errors.ts';
import type { Clock, Download, HttpChallenge, Solver } from '../../src/core/ports.ts';
import { openPatience } from '../../src/host/patience.ts';
import { openQueue } from '../../src/host/queue.ts';
import { openShared } from '../../src/host/shared.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { createRequest } from '../../src/x509/request.ts';
import { type FakeCa, startFakeCa } from '../support/fake-ca.ts';
import type { Behaviour } from '../support/fake-ca-behaviour.ts';
import { type MemoryAccount, memoryAccount } from '../support/memory-account.ts';

/** A clock that stands still until somebody sleeps, and then jumps. */
type JumpingClock = Clock & { at: number; readonly sleeps: number[] };

function jumpingClock(): JumpingClock {
  const clock: JumpingClock = {
    at: Date.parse('2026-11-21T12:00:00Z'),
    sleeps: [],
    now: () => clock.at,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      clock.sleeps.push(ms);
      clock.at += ms;
    },
  };
  return clock;
}

type RecordingSolver = Solver & {
  readonly present_: Map<string, HttpChallenge>;
  readonly steps: string[];
};

/** Remembers what is presented; `steps` tells in which order things happened. */
function recordingSolver(): RecordingSolver {
  const present_ = new Map<string, HttpChallenge>();
  const steps: string[] = [];
  return {
    present_,
    steps,
    async present(challenge) {
      present_.set(challenge.token, challenge);
      steps.push(`present ${challenge.domain}`);
    },
    async cleanUp(token) {
      steps.push(`clean ${present_.get(token)?.domain}`);
      present_.delete(token);
    },
  };
}

export type Bench = {
  readonly ca: FakeCa;
  readonly issuer: OpenIssuer;
  readonly solver: RecordingSolver;
  readonly clock: JumpingClock;
  readonly store: MemoryAccount;
  readonly warnings: CertdError[];
  readonly requests: string[];
  readonly signal: AbortSignal;
  order(...domains: string[]): Promise<string>;
  /** Completes an order with a request of its own key. */
  download(orderUrl: string, domains: readonly string[], signal?: AbortSignal): Promise<Download>;
  /** The same, of which only the default chain counts. */
  complete(orderUrl: string, domains: readonly string[], signal?: AbortSignal): Promise<string>;
  issue(...domains: string[]): Promise<string>;
  /** Another issuer over the same CA and store, as after a restart. */
  reopen(
    change?: Partial<IssuerOptions>,
    authority?: Partial<IssuerOptions['authority']>,
  ): Promise<OpenIssuer>;
  reopenAt(authority: Partial<IssuerOptions['authority']>): Promise<OpenIssuer>;
};

/** A fake CA and an issuer that trusts it; both end with the test. */
export async function openBench(
  behaviour: Partial<Behaviour> = {},
  change: Partial<IssuerOptions> = {},
): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'certd-acme-'));
  const solver = recordingSolver();
  const ca = await startFakeCa({
    validate: (domain, token, keyAuthorization) => {
      const challenge = solver.present_.get(token);
      const right = challenge?.domain === domain && challenge.keyAuthorization === keyAuthorization;
      return right ? null : { name: 'unauthorized', detail: 'nothing presented' };
    },
    ...behaviour,
  });
  const trustFile = join(directory, 'root.pem');
  await writeFile(trustFile, ca.httpsRootPem);
  const clock = jumpingClock();
  const store = memoryAccount();
  const accountGuard = { inTurn: openQueue(), shared: openShared(), patience: openPatience(clock.now) };
  const warnings: CertdError[] = [];
  const requests: string[] = [];
  const { signal } = new AbortController();
  const opened: { close(): void }[] = [];
  const authority = {
    name: 'corp',
    directoryUrl: ca.directoryUrl,
    trustFile,
    eab: null,
    issueTimeoutMs: 600_000,
  };
  const reopen: Bench['reopen'] = async (more = {}, other = {}) => {
    const issuer = openIssuer({
      authority: { ...authority, ...other },
      account: store,
      accountGuard,
      email: 'ops@example.com',
      agreeTos: true,
      clock,
      random: () => 0.5,
      userAgent: 'certd/test',
      warn: error => warnings.push(error),
      onRequest: kind => requests.push(kind),
      ...change,
      ...more,
    });
    opened.push(issuer);
    return issuer;
  };
  const reopenAt: Bench['reopenAt'] = other => reopen({}, other);
  const issuer = await reopen();
  onTestFinished(async () => {
    for (const each of opened) each.close();
    await ca.close();
    await rm(directory, { recursive: true });
  });
  const order = async (...domains: string[]) =>
    (await issuer.order({ domains, replaces: null, profile: null }, signal)).url;
  const download = async (orderUrl: string, domains: readonly string[], stop: AbortSignal = signal) => {
    const csr = await createRequest(await generateKey('ecdsa-p256'), domains);
    return issuer.complete({ orderUrl, placedAt: clock.now(), domains, csr, solver }, stop);
  };
  const complete: Bench['complete'] = async (...words) => (await download(...words)).chainPem;
  const issue = async (...domains: string[]) => complete(await order(...domains), domains);
  return {
    ca,
    issuer,
    solver,
    clock,
    store,
    warnings,
    requests,
    signal,
    order,
    complete,
    download,
    issue,
    reopen,
    reopenAt,
  };
}
