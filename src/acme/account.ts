import { CertdError } from '../core/errors.ts';
import type { AccountStore, Clock } from '../core/ports.ts';
import { generateKey } from '../x509/keys.ts';
import { openSigner, type Signer } from './client.ts';
import type { Connection } from './connection.ts';

export type AccountOptions = {
  readonly connection: Connection;
  readonly store: AccountStore;
  readonly email: string | null;
  readonly agreeTos: boolean;
  readonly clock: Clock;
};

/**
 * The signer of the account, registered at the first use (RFC 8555 §7.3) and then remembered. The key is
 * on disk before the CA hears of it and the URL before anything else is asked: a crash in between leads
 * to newAccount again, which gives back the account of that key. Callers that come at once take turns.
 */
export function openAccount(options: AccountOptions): (signal: AbortSignal) => Promise<Signer> {
  let known: Signer | null = null;
  let last: Promise<unknown> = Promise.resolve();
  return signal => {
    const attempt = async (): Promise<Signer> => {
      known ??= await enter(options, signal);
      return known;
    };
    // Whether the one before failed is that caller's affair: it is rejected there.
    const mine = last.then(attempt, attempt);
    last = mine;
    return mine;
  };
}

async function enter(options: AccountOptions, signal: AbortSignal): Promise<Signer> {
  const { store, connection, clock } = options;
  const stored = await store.read();
  const keyPem = stored?.keyPem ?? (await createKey(store));
  const url = stored?.url ?? (await register(options, keyPem, signal));
  return openSigner(connection, { keyPem, url }, clock);
}

/** ES256 works with every CA. */
async function createKey(store: AccountStore): Promise<string> {
  const keyPem = await generateKey('ecdsa-p256');
  await store.createKey(keyPem);
  return keyPem;
}

async function register(options: AccountOptions, keyPem: string, signal: AbortSignal): Promise<string> {
  const { newAccount } = await options.connection.directory(signal);
  const signer = openSigner(options.connection, { keyPem, url: null }, options.clock);
  const payload = {
    termsOfServiceAgreed: options.agreeTos,
    ...(options.email === null ? {} : { contact: [`mailto:${options.email}`] }),
  };
  // 200: the account of this key existed already.
  const request = { kind: 'account', url: newAccount, payload, accept: [200, 201] } as const;
  const answer = await signer.post(request, signal);
  const url = answer.headers['location'];
  if (url === undefined)
    throw new CertdError('ca-malformed', 'The CA’s newAccount answers without an account URL.');
  await options.store.saveUrl(url);
  return url;
}
