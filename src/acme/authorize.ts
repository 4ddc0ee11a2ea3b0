import { asCertdError, CertdError } from '../core/errors.ts';
import { addressText } from '../core/text/ip-address.ts';
import type { Authorization, Challenge, Order } from './decode.ts';
import { objectRefusal } from './problem.ts';
import { ask, lookAtAuthorization, pollOrder, problemsOf, type Work } from './work.ts';

/**
 * Takes a pending order out of `pending` (RFC 8555 §7.5): answers every authorization that waits by
 * HTTP-01, then polls the order alone, which moves when its authorizations do (§7.1.6). What was presented
 * is cleaned up whatever happens; a failure to do so is a warning, since the order does not depend on it.
 */
export async function authorize(work: Work, order: Order): Promise<Order> {
  const presented: string[] = [];
  try {
    for (const url of order.authorizations) await answer(work, url, presented);
    // Waited for here, however long: whoever validates reads the answers all that time.
    return await pollOrder({ ...work, limits: { ...work.limits, parkUntil: null } }, ['pending'], null);
  } finally {
    for (const token of presented) await cleanUp(work, token);
  }
}

async function answer(work: Work, url: string, presented: string[]): Promise<void> {
  const authorization = await lookAtAuthorization(work, url);
  if (authorization.status === 'valid') return;
  if (authorization.status !== 'pending') throw objectRefusal(problemsOf(authorization));
  const domain = askedDomain(authorization, work.domains);
  const challenge = httpChallenge(authorization, domain);
  const token = checkedToken(challenge);
  const keyAuthorization = await work.signer.keyAuthorization(token);
  // Noted first: a solver that fails half-way has something to clean up too.
  presented.push(token);
  await work.solver.present({ domain, token, keyAuthorization }, work.limits.signal);
  // After a crash the CA may be validating already: then the token is only put back.
  if (challenge.status === 'pending') await start(work, url, challenge);
}

/** One of our own names, as we wrote it: the solver connects to it. Neither case nor zeros tell two of them apart. */
function askedDomain({ domain }: Authorization, asked: readonly string[]): string {
  const text = addressText(domain) ?? domain.toLowerCase();
  const own = asked.find(name => name === text);
  if (own !== undefined) return own;
  throw new CertdError('ca-malformed', `The CA wants ${domain} authorized, which certd did not ask for.`);
}

function httpChallenge(authorization: Authorization, domain: string): Challenge {
  const found = authorization.challenges.find(challenge => challenge.type === 'http-01');
  if (found !== undefined && found.url !== '') return found;
  throw new CertdError('challenge-missing', `The CA offers no HTTP-01 challenge for ${domain}.`, {
    facts: { domain },
  });
}

/** Checked before it becomes a file name (RFC 8555 §8.3: base64url). */
function checkedToken(challenge: Challenge): string {
  const { token } = challenge;
  if (token !== null && /^[A-Za-z0-9_-]{1,200}$/.test(token)) return token;
  throw new CertdError('ca-malformed', 'The CA’s HTTP-01 challenge has a token that is not base64url.');
}

/** An empty object starts the validation (§7.5.1). */
async function start(work: Work, authorizationUrl: string, challenge: Challenge): Promise<void> {
  try {
    await ask(work, 'challenge', challenge.url, {});
  } catch (error) {
    // Refused because it was started already, by a request whose answer was lost? Then all is well.
    if (!(error instanceof CertdError) || error.problemType?.endsWith(':malformed') !== true) throw error;
    const { challenges } = await lookAtAuthorization(work, authorizationUrl);
    if (challenges.find(other => other.url === challenge.url)?.status === 'pending') throw error;
  }
}

async function cleanUp(work: Work, token: string): Promise<void> {
  try {
    await work.solver.cleanUp(token);
  } catch (error) {
    work.warn(asCertdError(error));
  }
}
