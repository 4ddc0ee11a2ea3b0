import { CertdError } from '../core/errors.ts';
import { splitChain } from '../x509/pem.ts';
import { skewOf } from './clock-skew.ts';
import type { Order } from './decode.ts';
import { type Look, poll } from './poll.ts';
import { askOrMissing, type Work, waitOf } from './work.ts';

/**
 * The PEM chain of a valid order, leaf first (RFC 8555 §7.4.2). Nothing but certificates may come down (§9.1
 * warns of files that would be more than they seem): `ca-malformed`. `clock-skewed` where this host's clock is not the CA's.
 */
export async function downloadChain(work: Work, order: Order): Promise<string> {
  const data = await fetchChain(work, order);
  if (typeof data !== 'string') throw new CertdError('ca-malformed', 'The CA sent no PEM chain.');
  try {
    return splitChain(data).join('');
  } catch (error) {
    if (!(error instanceof CertdError)) throw error;
    throw new CertdError('ca-malformed', `The CA sent no PEM chain: ${error.message}`, { cause: error });
  }
}

/** A replica of the CA may not have the certificate yet that the order names (404): it is waited for. */
async function fetchChain(work: Work, order: Order): Promise<unknown> {
  const { certificate } = order;
  if (certificate === null) {
    throw new CertdError('ca-malformed', 'The CA’s order is valid and names no certificate.');
  }
  const look = async (): Promise<Look<unknown>> => {
    const answer = await askOrMissing(work, 'certificate', certificate, null);
    if (answer.status === 404) return { waitMs: waitOf(work, answer) };
    // By a wrong clock nobody can say whether a certificate is good, or when it is to be renewed.
    const skewed = skewOf(answer, work.limits.clock.now());
    if (skewed !== null) throw skewed;
    return { done: answer.data };
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
