import type { Patience } from '../host/patience.ts';
import type { InTurn } from '../host/queue.ts';
import type { Shared } from '../host/shared.ts';
import type { Signer } from './client.ts';
import { type AccountOptions, type Entered, enterAccount } from './enter-account.ts';
import { acmeNameOf } from './problem.ts';
import { singleFlight } from './single-flight.ts';

/**
 * One for all that use this account's files: a second authority with the same directory, and the same one under
 * another configuration, too.
 */
export type AccountGuard = {
  /** Who enters the account does so in turn: two at once would leave the key of one with the URL of the other. */
  readonly inTurn: InTurn;
  /** Held by all whose requests or key authorizations the account's key must stay the same for. */
  readonly shared: Shared;
  /** What the CA asks one to wait before registering, all wait: orders, and who has the account made in advance. */
  readonly patience: Patience;
};

/** Neither is called but while the account is held (`shared.use`) or changed (`shared.change`). */
export type Account = {
  entered(signal: AbortSignal): Promise<Entered>;
  /** Enters once more where the CA says that it does not know the account. */
  signer(signal: AbortSignal): Promise<LastingSigner>;
};

export type LastingSigner = Signer & {
  /** URL of the account that has signed last. */
  accountUrl(): string;
};

/**
 * The account, entered at the first use and then remembered, until somebody has changed it. Callers that come at once
 * share one entry.
 */
export function openAccount(options: AccountOptions, { inTurn, shared }: AccountGuard): Account {
  let known: (Entered & { readonly version: number }) | null = null;
  const current = () => (known?.version === shared.version() ? known : null);
  const enter = async (how: 'stored' | 'registered', signal: AbortSignal): Promise<Entered> => {
    known = { ...(await enterAccount(options, how, signal)), version: shared.version() };
    return known;
  };
  const enterOnce = singleFlight((signal: AbortSignal) =>
    inTurn(async () => current() ?? (await enter('stored', signal))),
  );
  // Unless a caller before has done so.
  const enterAgain = (refused: Entered, signal: AbortSignal): Promise<Entered> =>
    inTurn(async () => {
      const now = current();
      return now === null || now.signer === refused.signer ? enter('registered', signal) : now;
    });
  const entered = async (signal: AbortSignal) => current() ?? (await enterOnce(signal));
  return { entered, signer: async signal => lasting(await entered(signal), enterAgain) };
}

/**
 * A CA that was wiped, or restored from before, knows the account no longer. newAccount with the same key
 * gives back an account that exists (RFC 8555 §7.3.1) or makes one, so it is asked once, and the request repeated.
 */
function lasting(
  first: Entered,
  enterAgain: (refused: Entered, signal: AbortSignal) => Promise<Entered>,
): LastingSigner {
  let current = first;
  return {
    async post(request, signal) {
      const used = current;
      try {
        return await used.signer.post(request, signal);
      } catch (error) {
        if (acmeNameOf(error) !== 'accountDoesNotExist') throw error;
        current = await enterAgain(used, signal);
        return current.signer.post(request, signal);
      }
    },
    keyAuthorization: token => current.signer.keyAuthorization(token),
    accountUrl: () => current.url,
  };
}
