import { CertdError } from '../core/errors.ts';
import type { AccountStore, Registration, StoredAccount } from '../core/ports.ts';
import { openSigner } from './client.ts';
import { decodeAccount } from './decode.ts';
import { acmeNameOf } from './problem.ts';
import { type AccountWish, findAccount } from './register.ts';

type Options = AccountWish & { readonly store: AccountStore };

export type Registered = StoredAccount & { readonly registration: Registration };

/**
 * The account that is stored, once it is known what became of a rollover or a deactivation that was cut short: the CA
 * is asked, and nothing is guessed. Null where there is none (any more). In the usual case it asks nothing.
 */
export async function settledAccount(options: Options, signal: AbortSignal): Promise<StoredAccount | null> {
  const stored = await options.store.read();
  if (stored === null || !hasUrl(stored)) return stored;
  const withKey = await settleKey(options, stored, signal);
  return withKey.registration.leaving ? settleLeaving(options, withKey, signal) : withKey;
}

/** Throws `account-missing` where none is registered at the CA of this name. */
export function registered(stored: StoredAccount | null, ca: string): Registered {
  if (stored !== null && hasUrl(stored)) return stored;
  throw new CertdError('account-missing', `There is no account at ${ca} yet: the first order makes one.`);
}

/** An account that the CA has deactivated, or forgotten, answers to no request (RFC 8555 §7.3.6). */
export function isGone(error: unknown): boolean {
  const name = acmeNameOf(error);
  return name === 'unauthorized' || name === 'accountDoesNotExist';
}

/**
 * Which of two keys counts (§7.3.5). A next key that the CA does not know is kept: the request that brings it may still
 * be on its way, and the next rollover takes the same one.
 */
async function settleKey(options: Options, stored: Registered, signal: AbortSignal): Promise<Registered> {
  const { nextKeyPem, registration } = stored;
  if (nextKeyPem === null) return stored;
  const owner = await findAccount(options, nextKeyPem, signal);
  if (owner?.url !== registration.url) return stored;
  await options.store.adoptNextKey();
  return { ...stored, keyPem: nextKeyPem, nextKeyPem: null };
}

async function settleLeaving(
  options: Options,
  stored: Registered,
  signal: AbortSignal,
): Promise<StoredAccount | null> {
  const { store } = options;
  if (await isStillThere(options, stored, signal)) {
    const registration = { ...stored.registration, leaving: false };
    await store.save(registration);
    return { ...stored, registration };
  }
  await store.remove();
  return null;
}

async function isStillThere(
  { connection, clock }: Options,
  { keyPem, registration: { url } }: Registered,
  signal: AbortSignal,
): Promise<boolean> {
  const signer = openSigner(connection, { keyPem, url }, clock);
  try {
    const answer = await signer.post({ kind: 'account', url, payload: null, accept: [200] }, signal);
    return decodeAccount(answer.data).status === 'valid';
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

function hasUrl(stored: StoredAccount): stored is Registered {
  return stored.registration !== null;
}
