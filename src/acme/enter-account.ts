import { asCertdError, CertdError } from '../core/errors.ts';
import type { AccountStore, Registration } from '../core/ports.ts';
import type { Patience } from '../host/patience.ts';
import { generateKey } from '../x509/keys.ts';
import { openSigner, type Signer } from './client.ts';
import { type AccountWish, contactOf, register } from './register.ts';
import { settledAccount } from './settle-account.ts';

export type AccountOptions = AccountWish & {
  readonly store: AccountStore;
  readonly patience: Patience;
  /** What went wrong without harm to what the account is needed for. */
  readonly warn: (error: CertdError) => void;
};

/** An account that is ready for requests. */
export type Entered = { readonly signer: Signer; readonly url: string };

/**
 * The account that is stored, else that of a new key. The key is on disk before the CA hears of it and the URL before
 * anything else is asked (docs/state.md section 7). `registered`: also where a URL is stored, which the CA does not
 * know any more; a key that it knows gets its account back.
 */
export async function enterAccount(
  options: AccountOptions,
  url: 'stored' | 'registered',
  signal: AbortSignal,
): Promise<Entered> {
  const { store, connection, clock } = options;
  const stored = await settledAccount(options, signal);
  const keyPem = stored?.keyPem ?? (await createKey(store));
  let registration = url === 'stored' ? (stored?.registration ?? null) : null;
  if (registration === null) {
    const key = { pem: keyPem, isNew: stored === null };
    registration = await options.patience(() => register(options, key, signal));
    await store.save(registration);
  }
  const entered = {
    signer: openSigner(connection, { keyPem, url: registration.url }, clock),
    ...registration,
  };
  if (registration.email !== options.email) await updateContact(options, entered, signal);
  return entered;
}

/** ES256 works with every CA. */
async function createKey(store: AccountStore): Promise<string> {
  const keyPem = await generateKey('ecdsa-p256');
  await store.createKey(keyPem);
  return keyPem;
}

/** RFC 8555 §7.3.2. No order waits for it to succeed: it is tried again by the next process. */
async function updateContact(
  { store, email, warn }: AccountOptions,
  { signer, ...registration }: Registration & { readonly signer: Signer },
  signal: AbortSignal,
): Promise<void> {
  const { url } = registration;
  try {
    await signer.post(
      { kind: 'account', url, payload: { contact: contactOf(email) }, accept: [200] },
      signal,
    );
    await store.save({ ...registration, email });
  } catch (thrown) {
    const error = asCertdError(thrown);
    if (error.code === 'stopped') throw error;
    const message = `The CA has the account’s old e-mail address: ${error.message}`;
    warn(new CertdError(error.code, message, { facts: error.facts, cause: error }));
  }
}
