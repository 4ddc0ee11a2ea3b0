import { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import { challengeUrl } from '../core/issue/challenge-url.ts';
import type { HttpChallenge, Solver } from '../core/ports.ts';
import { endOf } from '../host/end-of.ts';
import { fetchOnce, reasonOf, type Through } from '../host/http-get.ts';
import type { Lookups } from './lookups.ts';

export type ReadOptions = {
  /** 80, but for test CAs. */
  readonly port: number;
  readonly lookups: Lookups;
  readonly timeoutMs: Millis;
};

type Options = Omit<ReadOptions, 'timeoutMs'> & {
  readonly warn: (error: CertdError) => void;
  readonly timeoutMs?: Millis;
};

// A key authorization has about 87 bytes, and Let's Encrypt reads 128.
const maxBytes = 1024;
const maxRedirects = 2;

/**
 * Reads each challenge over HTTP as the CA will, by the system's resolver, and warns with
 * `self-check-failed` where that fails. It runs beside the order: `present` does not wait for it, `cleanUp`
 * does, so it costs nothing where the CA is slower and `timeoutMs` (2 s) at most. A check
 * whose lookup gets no turn until then says nothing: nothing is known about the name.
 */
export function withSelfCheck(solver: Solver, options: Options): Solver {
  const running = new Map<string, Promise<void>>();
  return {
    async present(challenge, signal) {
      await solver.present(challenge, signal);
      running.set(challenge.token, check(challenge, options, signal));
    },
    async cleanUp(token) {
      await running.get(token);
      running.delete(token);
      await solver.cleanUp(token);
    },
  };
}

/** Never rejects: whatever happens is the warning. After an abort nobody wants to know. */
async function check(challenge: HttpChallenge, options: Options, signal: AbortSignal): Promise<void> {
  const { domain } = challenge;
  const found = await readChallenge(challenge, { timeoutMs: 2_000, ...options }, signal);
  if (found === 'read' || found === 'no-turn' || signal.aborted) return;
  const message = `certd could not read its challenge for ${domain} over HTTP: ${found.reason}.`;
  options.warn(new CertdError('self-check-failed', message, { facts: { domain, reason: found.reason } }));
}

/** `no-turn`: other lookups were before it all the time. */
type Found = 'read' | 'no-turn' | { readonly reason: string };

/** Reads a challenge as a CA would. Never rejects. */
export async function readChallenge(
  challenge: HttpChallenge,
  { port, lookups, timeoutMs }: ReadOptions,
  signal: AbortSignal,
): Promise<Found> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const limit = AbortSignal.any([signal, deadline]);
  const { lookup, isWaiting } = lookups(limit);
  try {
    const fetched = fetchFollowing(challengeUrl(challenge.domain, port, challenge.token), {
      signal: limit,
      lookup,
    });
    // `cleanUp` waits for the check: it is over at its limit, whatever has become of the request.
    const body = await Promise.race([fetched, endOf(limit)]);
    // §8.3: white space after it is to be ignored.
    if (body.trimEnd() === challenge.keyAuthorization) return 'read';
    return { reason: 'something else answers there' };
  } catch (error) {
    if (deadline.aborted && isWaiting()) return 'no-turn';
    if (deadline.aborted) return { reason: `no answer within ${timeoutMs / 1000} s` };
    return { reason: reasonOf(error) };
  }
}

async function fetchFollowing(start: URL, through: Through): Promise<string> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const { status, location, body } = await fetchOnce(url, through, maxBytes);
    if (body === null) throw new Error(`more than ${maxBytes} bytes answer there`);
    if (status === 200) return body;
    const next = location === null ? null : URL.parse(location, url.href);
    if (status < 300 || status > 399 || next === null) throw new Error(`HTTP ${status}`);
    url = next;
  }
  throw new Error(`more than ${maxRedirects} redirects`);
}
