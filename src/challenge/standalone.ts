import type { CertdError } from '../core/errors.ts';
import type { ChallengeMethod } from '../core/model.ts';
import type { Solver } from '../core/ports.ts';
import type { ClientLimits } from '../host/one-request-server.ts';
import { type Answers, challengeServer } from './challenge-server.ts';
import { type Lease, openListeners } from './listeners.ts';
import { openPassedSockets } from './passed-sockets.ts';

export type StandaloneMethod = Exclude<ChallengeMethod, { kind: 'webroot' }>;

/** certd's own answers on port 80, of all certificates and under every configuration that comes and goes. */
export type Standalone = {
  /** Answers the challenges of one order; listens from the first `present` to the last `cleanUp`. */
  solver(method: StandaloneMethod): Solver;
  /** Answers on the sockets from systemd from now on, also outside orders. Throws `socket-not-passed`. */
  answerOnPassedSockets(): Promise<void>;
  /** Frees every port and socket, whoever needs it. */
  close(): Promise<void>;
};

export type StandaloneSetup = {
  /** The descriptors that systemd passed (`host/passed-sockets.ts`). */
  readonly passedSockets: () => readonly number[];
  /** Told of what does not keep certd from answering. */
  readonly warn: (error: CertdError) => void;
  readonly limits?: ClientLimits;
};

// Validators send their request at once and read some hundred bytes.
const usualLimits: ClientLimits = { mostConnections: 512, wholeMs: 10_000 };

/** Opens nothing yet. */
export function openStandalone({ passedSockets, warn, limits = usualLimits }: StandaloneSetup): Standalone {
  const tokens = openTokens();
  const newServer = () => challengeServer(tokens, limits, warn);
  const listeners = openListeners(newServer, warn);
  const passed = openPassedSockets(passedSockets, newServer);
  const leaseOfPassed = async (): Promise<Lease> => {
    await passed.open();
    return { release: async () => {} };
  };
  return {
    solver: method =>
      tokenSolver(
        tokens,
        method.kind === 'systemd-socket' ? leaseOfPassed : () => listeners.lease(method.listen),
      ),
    answerOnPassedSockets: passed.open,
    close: async () => void (await Promise.all([listeners.close(), passed.close()])),
  };
}

function tokenSolver(tokens: Tokens, lease: () => Promise<Lease>): Solver {
  const held = new Map<string, Lease>();
  return {
    async present({ token, keyAuthorization }) {
      if (held.has(token)) return;
      // A listener that answers is never without the answer.
      const forget = tokens.add(token, keyAuthorization);
      try {
        const listening = await lease();
        held.set(token, {
          release: () => {
            forget();
            return listening.release();
          },
        });
      } catch (thrown) {
        forget();
        throw thrown;
      }
    },
    async cleanUp(token) {
      const lent = held.get(token);
      held.delete(token);
      await lent?.release();
    },
  };
}

type Tokens = Answers & { add(token: string, keyAuthorization: string): () => void };

/** Two orders may share an authorization, and so its token: it is known until both have let it go. */
function openTokens(): Tokens {
  const known = new Map<string, { readonly keyAuthorization: string; uses: number }>();
  return {
    get: token => known.get(token)?.keyAuthorization,
    add(token, keyAuthorization) {
      const entry = { keyAuthorization, uses: (known.get(token)?.uses ?? 0) + 1 };
      known.set(token, entry);
      return () => {
        const current = known.get(token);
        if (current === undefined) return;
        current.uses -= 1;
        if (current.uses === 0) known.delete(token);
      };
    },
  };
}
