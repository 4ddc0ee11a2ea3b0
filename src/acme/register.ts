import type { Clock, Registration } from '../core/ports.ts';
import type { Answer } from './answer.ts';
import { readBindingKey } from './binding-key.ts';
import { openSigner } from './client.ts';
import type { Connection } from './connection.ts';
import { decodeAccount } from './decode.ts';
import { bindingRefused, eabRequired } from './eab-error.ts';
import { locationOf } from './location.ts';
import { acmeNameOf } from './problem.ts';

/** One CA, and what it is to know of the account there. */
export type AccountWish = {
  /** Name of the CA in the configuration, for words about `cas.<name>`. */
  readonly ca: string;
  readonly connection: Connection;
  readonly email: string | null;
  readonly agreeTos: boolean;
  /** External account binding (RFC 8555 §7.3.4). */
  readonly eab: { readonly kid: string; readonly hmacKeyFile: string } | null;
  readonly clock: Clock;
};

type Key = {
  readonly pem: string;
  /** Made a moment ago: no CA has seen it. */
  readonly isNew: boolean;
};

/**
 * The account of a key: the one that exists, else a new one (RFC 8555 §7.3). A binding may be good for one account
 * only. So where the CA may know the key, because an answer was lost, it is asked first (§7.3.1).
 */
export async function register(wish: AccountWish, key: Key, signal: AbortSignal): Promise<Registration> {
  const { externalAccountRequired: mustBind } = await wish.connection.directory(signal);
  if (!key.isNew && (wish.eab !== null || mustBind)) {
    const known = await findAccount(wish, key.pem, signal);
    if (known !== null) return known;
  }
  if (wish.eab === null && mustBind) throw eabRequired(wish.ca);
  return makeAccount(wish, key.pem, signal);
}

/** Asks without making one; null where the CA knows no account of this key. */
export async function findAccount(
  { connection, clock }: AccountWish,
  keyPem: string,
  signal: AbortSignal,
): Promise<Registration | null> {
  const { newAccount: url } = await connection.directory(signal);
  const signer = openSigner(connection, { keyPem, url: null }, clock);
  const payload = { onlyReturnExisting: true };
  try {
    return knownOf(await signer.post({ kind: 'account', url, payload, accept: [200] }, signal), url);
  } catch (error) {
    if (acmeNameOf(error) === 'accountDoesNotExist') return null;
    throw error;
  }
}

async function makeAccount(wish: AccountWish, keyPem: string, signal: AbortSignal): Promise<Registration> {
  const { connection, eab, email, agreeTos, clock } = wish;
  const { newAccount: url } = await connection.directory(signal);
  const payload = {
    termsOfServiceAgreed: agreeTos,
    ...(email === null ? {} : { contact: contactOf(email) }),
  };
  const binding = eab === null ? null : { kid: eab.kid, macKey: await readBindingKey(eab.hmacKeyFile) };
  const request = { kind: 'account', url, payload, accept: [200, 201] } as const;
  try {
    const bound = binding === null ? request : ({ ...request, binding, once: true } as const);
    const answer = await openSigner(connection, { keyPem, url: null }, clock).post(bound, signal);
    // 200: the account of this key existed already.
    if (answer.status === 200) return knownOf(answer, url);
    return { url: locationOf(answer, url, 'newAccount'), email, leaving: false };
  } catch (error) {
    throw bindingRefused(error, wish);
  }
}

/** RFC 8555 §7.3: mailto URLs. */
export function contactOf(email: string | null): readonly string[] {
  return email === null ? [] : [`mailto:${email}`];
}

/** An account that existed. What was given as contact when it was made is what the CA says, if it says so. */
function knownOf(answer: Answer, url: string): Registration {
  const contact = decodeAccount(answer.data).contact.find(address => address.startsWith('mailto:'));
  const email = contact?.slice('mailto:'.length) ?? null;
  return { url: locationOf(answer, url, 'newAccount'), email, leaving: false };
}
