import { openSigner } from './client.ts';
import type { AccountOptions } from './enter-account.ts';
import { isGone, registered, settledAccount } from './settle-account.ts';

/**
 * Deactivates the account (RFC 8555 §7.3.6), which nothing brings back, and forgets it: the next order makes a new one.
 * One that the CA has deactivated or forgotten already is forgotten only. Returns its URL. That it was begun is on disk
 * before the CA hears of it, so that after a crash the CA is asked how it ended. Throws `account-missing` where there
 * is none. Call it while nobody else uses the account.
 */
export async function deactivate(options: AccountOptions, signal: AbortSignal): Promise<string> {
  const { store, connection, clock } = options;
  const { keyPem, registration } = registered(await settledAccount(options, signal), options.ca);
  const { url } = registration;
  await store.save({ ...registration, leaving: true });
  const signer = openSigner(connection, { keyPem, url }, clock);
  try {
    await signer.post({ kind: 'account', url, payload: { status: 'deactivated' }, accept: [200] }, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  await store.remove();
  return url;
}
