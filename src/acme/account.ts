import { CertdError } from '../core/errors.ts';
import type { AccountStore } from '../core/ports.ts';
import type { InTurn } from '../host/queue.ts';
import { generateKey } from '../x509/keys.ts';
import { openSigner, type Signer } from './client.ts';
import { type Registration, register } from './register.ts';
import { singleFlight } from './single-flight.ts';

type AccountOptions = Registration & {
  readonly store: AccountStore;
  /**
   * One for all that use this account's files: a second authority with the same directory, and the same one
   * under another configuration, too. Two that entered at once would leave the key of one with the URL of the other.
   */
  readonly inTurn: InTurn;
};

/**
 * The signer of the account, registered at the first use (RFC 8555 §7.3) and then remembered. The key is
 * on disk before the CA hears of it and the URL before anything else is asked: a crash in between leads
 * to the account of that key. Callers that come at once share one entry.
 */
export function openAccount(options: AccountOptions): (signal: AbortSignal) => Promise<Signer> {
  let known: Signer | null = null;
  const enterOnce = singleFlight((signal: AbortSignal) =>
    options.inTurn(async () => {
      known ??= await enter(options, 'stored', signal);
      return known;
    }),
  );
  const enterAgain = (refused: Signer, signal: AbortSignal): Promise<Signer> =>
    options.inTurn(async () => {
      // Unless a caller before has done so.
      if (known === null || known === refused) known = await enter(options, 'registered', signal);
      return known;
    });
  return async signal => lasting(known ?? (await enterOnce(signal)), enterAgain);
}

/**
 * A CA that was wiped, or restored from before, knows the account no longer. newAccount with the same key
 * gives back an account that exists (§7.3.1) or makes one, so it is asked once, and the request repeated.
 */
function lasting(
  first: Signer,
  enterAgain: (refused: Signer, signal: AbortSignal) => Promise<Signer>,
): Signer {
  let current = first;
  return {
    async post(request, signal) {
      const used = current;
      try {
        return await used.post(request, signal);
      } catch (error) {
        if (!isUnknownAccount(error)) throw error;
        current = await enterAgain(used, signal);
        return current.post(request, signal);
      }
    },
    keyAuthorization: token => current.keyAuthorization(token),
  };
}

function isUnknownAccount(error: unknown): boolean {
  return error instanceof CertdError && error.problemType?.endsWith(':accountDoesNotExist') === true;
}

async function enter(
  options: AccountOptions,
  url: 'stored' | 'registered',
  signal: AbortSignal,
): Promise<Signer> {
  const { store, connection, clock } = options;
  const stored = await store.read();
  const keyPem = stored?.keyPem ?? (await createKey(store));
  const known = url === 'stored' ? (stored?.url ?? null) : null;
  if (known !== null) return openSigner(connection, { keyPem, url: known }, clock);
  const registered = await register(options, { pem: keyPem, isNew: stored === null }, signal);
  await store.saveUrl(registered);
  return openSigner(connection, { keyPem, url: registered }, clock);
}

/** ES256 works with every CA. */
async function createKey(store: AccountStore): Promise<string> {
  const keyPem = await generateKey('ecdsa-p256');
  await store.createKey(keyPem);
  return keyPem;
}
