import { CertdError } from '../core/errors.ts';
import type { Download } from '../core/ports.ts';
import { alternateChains } from './alternates.ts';
import type { Answer } from './answer.ts';
import { chainIn } from './chain-answer.ts';
import { skewOf } from './clock-skew.ts';
import type { Order } from './decode.ts';
import { type Look, poll } from './poll.ts';
import { askOrMissing, type Work, waitOf } from './work.ts';

/**
 * The chain of a valid order, and the way to the others that the CA offers (RFC 8555 §7.4.2). `ca-malformed` where it
 * is none, `clock-skewed` where this host's clock is not the CA's.
 */
export async function downloadChain(work: Work, order: Order): Promise<Download> {
  const { certificate: url } = order;
  if (url === null) {
    throw new CertdError('ca-malformed', 'The CA’s order is valid and names no certificate.');
  }
  const { headers, data } = await fetchChain(work, order, url);
  const chain = chainIn(data);
  return {
    chainPem: chain.join(''),
    alternates: () => alternateChains(work, { url, link: headers['link'], leaf: chain[0] }),
  };
}

/** A replica of the CA may not have the certificate yet that the order names (404): it is waited for. */
async function fetchChain(work: Work, order: Order, url: string): Promise<Answer> {
  const look = async (): Promise<Look<Answer>> => {
    const answer = await askOrMissing(work, 'certificate', url, null);
    if (answer.status === 404) return { waitMs: waitOf(work, answer) };
    // By a wrong clock nobody can say whether a certificate is good, or when it is to be renewed.
    const skewed = skewOf(answer, work.limits.clock.now());
    if (skewed !== null) throw skewed;
    return { done: answer };
  };
  const first = await look();
  if ('done' in first) return first.done;
  try {
    return await poll(look, work.limits, first.waitMs);
  } catch (error) {
    if (!(error instanceof CertdError) || error.code !== 'issue-timeout') throw error;
    throw missing(work, order, error);
  }
}

/** Kept, but no longer than the CA itself keeps the order: else it would be asked for ever for what it threw away. */
function missing(work: Work, order: Order, cause: CertdError): CertdError {
  if (order.expires !== null && order.expires <= work.limits.clock.now()) {
    return new CertdError('order-gone', 'The order has expired and its certificate is not there.', { cause });
  }
  return new CertdError(
    'ca-error',
    'The CA’s order is valid, but its certificate is not there; it is kept.',
    {
      facts: { status: 404, request: 'certificate' },
      notBefore: cause.notBefore,
      cause,
    },
  );
}
