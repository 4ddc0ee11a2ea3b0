import { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { Download } from '../core/ports.ts';
import { checkRequest } from '../x509/request.ts';
import { authorize } from './authorize.ts';
import { decodeOrder, type Order } from './decode.ts';
import { downloadChain } from './download.ts';
import { type Look, poll } from './poll.ts';
import { isRefusalOf } from './problem.ts';
import { ask, blame, lookAtOrder, pollOrder, type Work, waitOf } from './work.ts';

/**
 * Takes an order from whatever state it is in to its certificate (RFC 8555 §7.4). `placed` is
 * newOrder's answer where it has just come in, which saves one look.
 */
export async function completeOrder(work: Work, csr: Uint8Array, placed: Order | null): Promise<Download> {
  const first = placed === null ? await firstLook(work) : { order: placed, waitMs: null };
  let { order } = first;
  if (order.status === 'invalid') throw new CertdError('order-gone', 'The order is invalid.');
  // Parsing takes as long as signing three requests: a request that was just made is not parsed.
  if (placed === null && order.status === 'pending') checkRequest(csr);
  if (order.status === 'pending') order = await authorize(work, order);
  if (order.status === 'ready') order = await finalize(work, order, csr);
  if (order.status !== 'valid') {
    const wait = order === first.order ? first.waitMs : null;
    order = await pollOrder(work, ['pending', 'ready', 'processing'], wait);
  }
  return downloadChain(work, order);
}

/** The order of an earlier attempt may be gone, or belong to an account that was replaced since. */
async function firstLook(work: Work): Promise<{ order: Order; waitMs: Millis | null }> {
  try {
    return await lookAtOrder(work);
  } catch (error) {
    const name = isRefusalOf('order', error) ? error.problemType?.split(':').at(-1) : undefined;
    if (name !== 'malformed' && name !== 'unauthorized') throw error;
    throw new CertdError('order-gone', 'The CA no longer knows the order.', { cause: error });
  }
}

/** `ready` can lag at the CA that is asked to finalize (`orderNotReady`): then wait, look, and ask again. */
async function finalize(work: Work, order: Order, csr: Uint8Array): Promise<Order> {
  const first = await tryFinalize(work, order, csr);
  if (first !== null) return first;
  const look = async (): Promise<Look<Order>> => {
    const seen = await lookAtOrder(work);
    if (seen.order.status === 'invalid') throw await blame(work, seen.order);
    if (seen.order.status === 'pending') return { waitMs: seen.waitMs };
    if (seen.order.status !== 'ready') return { done: seen.order };
    const done = await tryFinalize(work, seen.order, csr);
    return done === null ? { waitMs: seen.waitMs } : { done };
  };
  return poll(look, work.limits, null);
}

/** The order from `processing` on, polled with the wait that the answer asks for; null for `orderNotReady`. */
async function tryFinalize(work: Work, order: Order, csr: Uint8Array): Promise<Order | null> {
  try {
    const payload = { csr: Buffer.from(csr).toString('base64url') };
    const answer = await ask(work, 'finalize', order.finalize, payload);
    const finalized = decodeOrder(answer.data);
    if (finalized.status === 'invalid') throw await blame(work, finalized);
    if (finalized.status === 'valid') return finalized;
    return await pollOrder(work, ['pending', 'ready', 'processing'], waitOf(work, answer));
  } catch (error) {
    if (error instanceof CertdError && error.problemType?.endsWith(':orderNotReady') === true) return null;
    throw error;
  }
}
