import { asCertdError, CertdError } from '../core/errors.ts';
import type { Solver } from '../core/ports.ts';
import { type ReadOptions, readChallenge } from './self-check.ts';

type Rehearsal = {
  readonly solver: Solver;
  readonly domains: readonly string[];
  readonly reading: ReadOptions;
  /** A token that nobody has used; base64url. */
  readonly newToken: () => string;
  readonly warn: (error: CertdError) => void;
};

/**
 * Presents a challenge that no CA has set for each domain, reads it as a CA would, and takes it away. Throws
 * `self-check-failed` with every domain that cannot be read, or what the solver throws.
 */
export async function rehearse(
  { solver, domains, reading, newToken, warn }: Rehearsal,
  signal: AbortSignal,
): Promise<void> {
  const failures: string[] = [];
  for (const domain of domains) {
    const token = newToken();
    const challenge = { domain, token, keyAuthorization: `${token}.${newToken()}` };
    try {
      await solver.present(challenge, signal);
      const found = await readChallenge(challenge, reading, signal);
      if (signal.aborted) throw new CertdError('stopped', 'certd is being stopped');
      if (found === 'no-turn') failures.push(`${domain}: its address could not be looked up in time`);
      else if (found !== 'read') failures.push(`${domain}: ${found.reason}`);
    } finally {
      await cleanUp(solver, token, warn);
    }
  }
  if (failures.length === 0) return;
  const message = `certd could not read a challenge of its own over HTTP: ${failures.join('; ')}.`;
  throw new CertdError('self-check-failed', message);
}

async function cleanUp(solver: Solver, token: string, warn: (error: CertdError) => void): Promise<void> {
  try {
    await solver.cleanUp(token);
  } catch (thrown) {
    warn(asCertdError(thrown));
  }
}
