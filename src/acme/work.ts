import { CertdError } from '../core/errors.ts';
import type { Solver } from '../core/ports.ts';
import type { Answer } from './answer.ts';
import type { Signer } from './client.ts';
import { type Authorization, decodeAuthorization, decodeOrder, type Order } from './decode.ts';
import { type Look, type PollLimits, poll } from './poll.ts';
import { objectRefusal, refusal } from './problem.ts';
import { decodeProblem, isAcmeProblem, type Problem } from './problem-document.ts';
import type { RequestKind } from './request-kind.ts';
import { retryAfterMs } from './retry-after.ts';

/** One order on its way, and what the steps need. */
export type Work = {
  readonly orderUrl: string;
  /** What the order is for, as certd knows it. */
  readonly domains: readonly string[];
  readonly signer: Signer;
  readonly solver: Solver;
  readonly limits: PollLimits;
  readonly warn: (error: CertdError) => void;
};

/** A signed request of the order, refused once `issue_timeout` is over. `order-gone` where the CA forgot the order. */
export async function ask(
  work: Work,
  kind: RequestKind,
  url: string,
  payload: Readonly<Record<string, unknown>> | null,
): Promise<Answer> {
  const answer = await askOrMissing(work, kind, url, payload);
  if (answer.status === 200) return answer;
  const cause = refusal(answer, kind, work.limits.clock.now());
  if (!saysGone(answer, kind)) throw cause;
  throw new CertdError('order-gone', 'The CA no longer knows the order.', { cause });
}

/** The same, for which a 404 is an answer too. */
export async function askOrMissing(
  work: Work,
  kind: RequestKind,
  url: string,
  payload: Readonly<Record<string, unknown>> | null,
): Promise<Answer> {
  const { time, signal } = work.limits;
  if (time.left() < 0) {
    throw new CertdError('issue-timeout', 'The CA did not finish the order in time; it is kept.');
  }
  return work.signer.post({ kind, url, payload, accept: [200, 404] }, signal);
}

/**
 * Only of the order and its authorizations: what else is missing may be on its way to a replica. And only an
 * ACME server can say so, by a problem document or, as Pebble does, by nothing beside the nonce (RFC 8555
 * §6.5); the page of a proxy is no word about the order.
 */
function saysGone(answer: Answer, kind: RequestKind): boolean {
  if (kind !== 'order' && kind !== 'authorization') return false;
  const isBare = answer.data === '' && answer.headers['replay-nonce'] !== undefined;
  return isBare || isAcmeProblem(decodeProblem(answer.data));
}

export async function lookAtOrder(work: Work): Promise<{ order: Order; waitMs: number | null }> {
  const answer = await ask(work, 'order', work.orderUrl, null);
  return { order: decodeOrder(answer.data), waitMs: waitOf(work, answer) };
}

export async function lookAtAuthorization(work: Work, url: string): Promise<Authorization> {
  const answer = await ask(work, 'authorization', url, null);
  return decodeAuthorization(answer.data);
}

/** Looks until the order has left the states in `during`; throws the CA's reason when it becomes invalid. */
export function pollOrder(
  work: Work,
  during: readonly Order['status'][],
  firstWait: number | null,
): Promise<Order> {
  const look = async (): Promise<Look<Order>> => {
    const { order, waitMs } = await lookAtOrder(work);
    if (order.status === 'invalid') throw await blame(work, order);
    return during.includes(order.status) ? { waitMs } : { done: order };
  };
  return poll(look, work.limits, firstWait);
}

export function waitOf(work: Work, answer: Answer): number | null {
  return retryAfterMs(answer.headers['retry-after'], work.limits.clock.now());
}

/** Why an order became invalid: the errors of its authorizations, else its own, else `order-gone`. */
export async function blame(work: Work, order: Order): Promise<CertdError> {
  const found: { domain: string | null; problem: Problem }[] = [];
  for (const url of order.authorizations) {
    const authorization = await lookAtAuthorization(work, url);
    if (authorization.status === 'invalid') found.push(...problemsOf(authorization));
  }
  if (found.length === 0 && order.error !== null) found.push({ domain: null, problem: order.error });
  return objectRefusal(found);
}

/** The errors of an authorization's challenges, with its domain. */
export function problemsOf(authorization: Authorization): readonly { domain: string; problem: Problem }[] {
  const problems = authorization.challenges.map(challenge => challenge.error).filter(error => error !== null);
  return problems.map(problem => ({ domain: authorization.domain, problem }));
}
