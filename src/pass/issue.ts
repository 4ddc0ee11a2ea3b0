import { asCertdError, logFields } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { keepsOrder } from '../core/issue/keeps-order.ts';
import { validatedAfter } from '../core/issue/validated.ts';
import type { Download, Solver } from '../core/ports.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { type Pair, readIssuedPair } from '../store/generation.ts';
import {
  beginWork,
  discardWork,
  publishWork,
  readWork,
  recordDownload,
  recordOrder,
  type Work,
  workFits,
} from '../store/work.ts';
import { splitChain } from '../x509/pem.ts';
import type { Attempt } from './attempt.ts';
import { chooseChain } from './choose-chain.ts';
import { refusalsOf, rootsFor } from './gate.ts';
import type { HostParts } from './host-parts.ts';
import { keyForOrder } from './order-key.ts';
import type { PassParts } from './pass-parts.ts';
import { replacedCertId } from './renewal-window.ts';

/**
 * One attempt to issue: takes up the order that is recorded in `issuer/work/<name>` or places one, and ends
 * with an issued generation, whose id it returns. Steps 1 to 7 of docs/state.md section 4.
 */
export async function issue(attempt: Attempt, parts: PassParts): Promise<string> {
  const { target } = attempt;
  const work = (await workToTakeUp(attempt, parts)) ?? (await placeOrder(attempt, parts));
  try {
    if (!isDownloaded(work, target.name, parts)) await download(attempt, work, parts);
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code === 'order-waits') await postpone(work, error.notBefore, target.name, parts);
    else if (!keepsOrder(error, work.order.placedAt, parts.clock.now())) await giveUp(target.name, parts);
    throw error;
  }
  await loopTurn();
  return publishWork(parts.disk, parts.layout, target.name);
}

/** The CA's wait goes to the order, which is left alone until then, whoever asks. */
async function postpone(
  { order }: Work,
  notBefore: Instant | null,
  name: string,
  { disk, layout }: HostParts,
): Promise<void> {
  await recordOrder(disk, layout, name, { ...order, notBefore });
}

/** An order that cannot be cleared away is met again at the next attempt; why it was given up counts more. */
async function giveUp(name: string, { disk, layout, log }: HostParts): Promise<void> {
  try {
    await discardWork(disk, layout, name);
  } catch (thrown) {
    const error = asCertdError(thrown);
    const facts = { certificate: name, ...logFields(error) };
    log.warn(facts, 'order could not be cleared away');
  }
}

async function workToTakeUp({ target, authority }: Attempt, parts: PassParts): Promise<Work | null> {
  const work = readWork(parts.layout, target.name);
  if (work === null) return null;
  if (workFits(work, target, authority.directoryUrl)) return work;
  await discardWork(parts.disk, parts.layout, target.name);
  return null;
}

async function placeOrder(attempt: Attempt, parts: PassParts): Promise<Work> {
  const { target, seen, ca, authority, startedAt, orders } = attempt;
  const { disk, layout, signal } = parts;
  const issuer = parts.issuerFor(authority);
  const replaces = replacedCertId(target, seen, authority, parts);
  const key = await keyForOrder(target, seen, authority.directoryUrl, parts);
  await loopTurn();
  const request = await parts.createRequest(key, target.domains);
  await beginWork(disk, layout, target.name, { key, request });
  // RFC 9773 §5: only the account that ordered a certificate may name it.
  const isOurs = replaces !== null && replaces.account === (await issuer.account(signal));
  const wish = {
    domains: target.domains,
    replaces: isOurs ? replaces.certId : null,
    profile: ca.profile,
  };
  const { url, account, profile, note } = await issuer.order(wish, signal);
  orders.push({ at: startedAt, domains: target.domains });
  if (note !== null)
    parts.log.warn({ certificate: target.name, ...logFields(note) }, 'order differs from the configuration');
  const order = {
    url,
    account,
    ca: authority.name,
    directoryUrl: authority.directoryUrl,
    domains: target.domains,
    keyType: target.keyType,
    profile: { wanted: ca.profile?.name ?? null, ordered: profile },
    placedAt: parts.clock.now(),
    notBefore: null,
  };
  await recordOrder(disk, layout, target.name, order);
  parts.log.info({ certificate: target.name, order: url }, 'order placed');
  return { key, request, order, downloaded: false };
}

/** A download that a crash or a bad disk has spoiled is made again; the CA keeps the certificate. */
function isDownloaded(work: Work, name: string, { layout }: HostParts): boolean {
  if (!work.downloaded) return false;
  try {
    readIssuedPair(layout, layout.workOf(name));
    return true;
  } catch (thrown) {
    if (asCertdError(thrown).code === 'generation-damaged') return false;
    throw thrown;
  }
}

async function download(attempt: Attempt, work: Work, parts: PassParts): Promise<void> {
  const { target, seen, ca, authority } = attempt;
  const { url: orderUrl, domains, placedAt, account, profile } = work.order;
  const { solver, answered } = noting(parts.solverFor(target, authority));
  const request = { orderUrl, placedAt, domains, csr: work.request, solver };
  const offer = await parts.issuerFor(authority).complete(request, parts.signal);
  await loopTurn();
  const pair = await gated(offer, work, attempt, parts);
  const { name, directoryUrl } = authority;
  const validated = validatedAfter(seen, { domains, answered, ca: name, now: parts.clock.now() });
  const origin = { ca: name, directoryUrl, account, profile, preferredChain: ca.preferredChain, validated };
  await recordDownload(parts.disk, parts.layout, target.name, { pair, ...origin });
}

/** The same solver, and the domains that it is asked to answer for. */
function noting(solver: Solver): { readonly solver: Solver; readonly answered: ReadonlySet<string> } {
  const answered = new Set<string>();
  const present: Solver['present'] = (challenge, signal) => {
    answered.add(challenge.domain);
    return solver.present(challenge, signal);
  };
  return { solver: { present, cleanUp: token => solver.cleanUp(token) }, answered };
}

/** Nothing that a CA sends is kept as good before it fits (contract section 5, gate). */
async function gated(
  offer: Download,
  { key }: Work,
  { target, ca, authority }: Attempt,
  parts: PassParts,
): Promise<Pair> {
  const { domains, keyType } = target;
  const [host = ''] = domains;
  const set = { keyPem: key, host, domains, keyType, roots: rootsFor(authority) };
  const pem = await chooseChain(offer, {
    name: target.name,
    preferred: ca.preferredChain,
    judge: fullchainPem => refusalsOf({ ...set, fullchainPem }, parts),
    log: parts.log,
  });
  const [cert, ...chain] = splitChain(pem);
  return { key, cert, chain: chain.join('') };
}
