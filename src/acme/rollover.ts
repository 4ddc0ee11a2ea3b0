import { CertdError } from '../core/errors.ts';
import type { StoredAccount } from '../core/ports.ts';
import { generateKey } from '../x509/keys.ts';
import { keyChangePayload, openSigner } from './client.ts';
import type { AccountOptions } from './enter-account.ts';
import { findAccount } from './register.ts';
import { type Registered, registered, settledAccount } from './settle-account.ts';

/**
 * Gives the account a new key (RFC 8555 §7.3.5); its URL stays. The new key is on disk before the CA hears of it, and
 * the old one until the CA has said that the new one counts. Throws `account-missing` where there is no account. Call
 * it while nobody else uses the account.
 */
export async function rollOver(options: AccountOptions, signal: AbortSignal): Promise<void> {
  const before = await options.store.read();
  const stored = registered(await settledAccount(options, signal), options.ca);
  // What an earlier rollover began has come through by now: this is the new key.
  if (before?.keyPem !== stored.keyPem) return;
  const nextKeyPem = stored.nextKeyPem ?? (await createNextKey(options));
  try {
    await changeKey(options, stored, nextKeyPem, signal);
  } catch (error) {
    if (!(await hasChanged(options, stored, nextKeyPem, { error, signal }))) throw error;
  }
  await options.store.adoptNextKey();
}

async function createNextKey({ store }: AccountOptions): Promise<string> {
  const keyPem = await generateKey('ecdsa-p256');
  await store.createNextKey(keyPem);
  return keyPem;
}

async function changeKey(
  { connection, clock }: AccountOptions,
  { keyPem, registration: { url: accountUrl } }: Registered,
  nextKeyPem: string,
  signal: AbortSignal,
): Promise<void> {
  const { keyChange: url } = await connection.directory(signal);
  if (url === null) throw new CertdError('ca-malformed', 'The CA’s directory has no "keyChange".');
  const account = { url: accountUrl, keyPem };
  const payload = keyChangePayload(url, account, nextKeyPem);
  const signer = openSigner(connection, account, clock);
  await signer.post({ kind: 'key-change', url, payload, accept: [200], once: true }, signal);
}

type Failure = { readonly error: unknown; readonly signal: AbortSignal };

/**
 * Whether the new key counts all the same: the answer may have been lost, or a refusal be one of a second time. A key
 * that the CA has refused is dropped once it says that it knows no account of it; else it stays for the next time.
 */
async function hasChanged(
  options: AccountOptions,
  { registration }: StoredAccount,
  nextKeyPem: string,
  { error, signal }: Failure,
): Promise<boolean> {
  let owner: Awaited<ReturnType<typeof findAccount>>;
  try {
    owner = await findAccount(options, nextKeyPem, signal);
  } catch {
    // Why the key could not be changed says more; the CA is asked again before the account is used.
    return false;
  }
  if (owner !== null && owner.url === registration?.url) return true;
  if (isRefusal(error)) await options.store.dropNextKey();
  return false;
}

/** The CA has read the request and said no. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof CertdError ? error.facts['status'] : null;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429;
}
