import type { CertdError } from '../core/errors.ts';
import { chooseProfile, type ProfileDecision, withoutProfile } from '../core/issue/profile.ts';
import type { ProfileChoice } from '../core/model.ts';
import type { OrderRequest, OrderResult } from '../core/ports.ts';
import { isAddress } from '../core/text/ip-address.ts';
import type { LastingSigner } from './account.ts';
import type { Connection } from './connection.ts';
import { decodeOrder, type Order } from './decode.ts';
import { locationOf } from './location.ts';
import { isRefusalOf } from './problem.ts';

/**
 * Places an order for DNS names and IP addresses (RFC 8555 §7.4, RFC 8738 §3), of a profile where the CA offers it,
 * and as the replacement of `replaces` where the CA has ARI. What the CA refuses of these two is left out.
 */
export async function placeOrder(
  connection: Connection,
  signer: LastingSigner,
  { domains, replaces, profile }: OrderRequest,
  signal: AbortSignal,
): Promise<OrderResult & { readonly order: Order }> {
  const { newOrder, renewalInfo, profiles } = await connection.directory(signal);
  const identifiers = domains.map(value => ({ type: isAddress(value) ? 'ip' : 'dns', value }));
  const post = async (wish: Wish): Promise<OrderResult & { readonly order: Order }> => {
    const payload = {
      identifiers,
      ...(wish.replaces === null ? {} : { replaces: wish.replaces }),
      ...(wish.ordered === null ? {} : { profile: wish.ordered }),
    };
    try {
      // 200: a CA may give back an order that it has for these names.
      const asked = { kind: 'order', url: newOrder, payload, accept: [200, 201] } as const;
      const answer = await signer.post(asked, signal);
      const placed = { url: locationOf(answer, newOrder, 'newOrder'), account: signer.accountUrl() };
      return { ...placed, order: decodeOrder(answer.data), profile: wish.ordered, note: wish.note };
    } catch (error) {
      return post(lessOf(wish, profile, error));
    }
  };
  return post({ ...chooseProfile(profile, profiles), replaces: renewalInfo === null ? null : replaces });
}

type Wish = ProfileDecision & { readonly replaces: string | null };

/** The same order without what the CA refused of it; throws the refusal where that is none of what can be left out. */
function lessOf(wish: Wish, profile: ProfileChoice | null, error: unknown): Wish {
  if (profile !== null && !profile.required && wish.ordered !== null && isAboutProfile(error)) {
    return { ...wish, ...withoutProfile(profile, error.message) };
  }
  if (wish.replaces !== null && isAboutReplaces(error)) return { ...wish, replaces: null };
  throw error;
}

function isAboutProfile(error: unknown): error is CertdError {
  return isRefusalOf('order', error) && error.problemType?.endsWith(':invalidProfile') === true;
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
