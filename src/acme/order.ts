import { CertdError } from '../core/errors.ts';
import { isAddress } from '../core/ip-address.ts';
import type { Signer } from './client.ts';
import type { Connection } from './connection.ts';
import { decodeOrder, type Order } from './decode.ts';
import { isRefusalOf } from './problem.ts';

/** Places an order for DNS names and IP addresses (RFC 8555 §7.4, RFC 8738 §3), as the replacement of `replaces` where the CA has ARI. */
export async function placeOrder(
  connection: Connection,
  signer: Signer,
  request: { readonly domains: readonly string[]; readonly replaces: string | null },
  signal: AbortSignal,
): Promise<{ url: string; order: Order }> {
  const { newOrder, renewalInfo } = await connection.directory(signal);
  const identifiers = request.domains.map(value => ({ type: isAddress(value) ? 'ip' : 'dns', value }));
  const post = async (payload: Record<string, unknown>) => {
    const answer = await signer.post({ kind: 'order', url: newOrder, payload, accept: [201] }, signal);
    const url = answer.headers['location'];
    if (url === undefined)
      throw new CertdError('ca-malformed', 'The CA’s newOrder answers without an order URL.');
    return { url, order: decodeOrder(answer.data) };
  };
  if (request.replaces === null || renewalInfo === null) return post({ identifiers });
  try {
    return await post({ identifiers, replaces: request.replaces });
  } catch (error) {
    if (!isAboutReplaces(error)) throw error;
    return post({ identifiers });
  }
}

/**
 * `replaces` only spares rate limits, so a CA that cannot place it gets the order without it: replaced
 * already (RFC 9773 §5), not known any more, of another account.
 */
function isAboutReplaces(error: unknown): boolean {
  if (!isRefusalOf('order', error)) return false;
  const { status } = error.facts;
  const name = error.problemType?.split(':').at(-1);
  return (
    status === 404 ||
    status === 409 ||
    // Pebble's answer to a serial that begins with 00 in DER; an outage (502, 503, 504) is not about `replaces`.
    status === 500 ||
    name === 'alreadyReplaced' ||
    name === 'malformed' ||
    name === 'unauthorized'
  );
}
