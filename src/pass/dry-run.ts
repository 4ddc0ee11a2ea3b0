import { isStaging } from '../config/authorities.ts';
import type { Authority } from '../config/config.ts';
import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import { urgency } from '../core/issue/urgency.ts';
import type { CaChoice, Target } from '../core/model.ts';
import { openQueue } from '../host/queue.ts';
import { refusalsOf } from './gate.ts';
import type { PassParts } from './pass-parts.ts';
import { authorityOf } from './renewal-window.ts';

/** What a dry run found out about one certificate at one of its CAs. */
export type DryRun = {
  readonly name: string;
  readonly ca: string;
  /** Directory of the staging that ordered; null where the CA has none, and no CA has validated anything. */
  readonly staging: string | null;
  /** Of a CA without staging: whether there is an account; null where that was not found out. */
  readonly hasAccount: boolean | null;
  readonly error: CertdError | null;
};

/**
 * Tries each certificate at each of its CAs and keeps nothing of it but an account at the staging (contract section
 * 2): no state, no generation, no hook. Where the CA has no staging it is asked for its directory and about an account
 * that is there, and certd reads challenges of its own. Never throws.
 */
export async function dryRun(targets: readonly Target[], parts: PassParts): Promise<readonly DryRun[]> {
  const checks = new Map<string, Promise<boolean>>();
  // Once for all certificates.
  const check = (authority: Authority) => {
    const asked = checks.get(authority.name) ?? parts.issuerFor(authority).check(parts.signal);
    checks.set(authority.name, asked);
    return asked;
  };
  // One after the other: the resolver has one place for names that nobody knows.
  const inTurn = openQueue();
  const inOrder = targets.flatMap(target => target.cas.map(choice => ({ target, choice })));
  return Promise.all(
    inOrder.map(async ({ target, choice }) => {
      const authority = authorityOf(choice, parts);
      const staging = stagingOf(authority, parts);
      const found = { name: target.name, ca: choice.name, staging: staging?.directoryUrl ?? null };
      let hasAccount: boolean | null = null;
      try {
        if (staging !== null) await orderFrom(staging, target, choice, parts);
        else {
          hasAccount = await check(authority);
          await inTurn(() => parts.rehearse(target, authority));
        }
        return { ...found, hasAccount, error: null };
      } catch (thrown) {
        const error = asCertdError(thrown);
        parts.log.info({ certificate: target.name, ca: choice.name, ...logFields(error) }, 'dry run failed');
        return { ...found, hasAccount, error };
      }
    }),
  );
}

/**
 * The CA that is ordered from in the place of another: as the configuration has it, else like that one but for what
 * belongs to one directory alone: an external account binding may work only once. A staging stands for itself.
 */
export function stagingOf(
  authority: Authority,
  { knownAuthorities }: Pick<PassParts, 'knownAuthorities'>,
): Authority | null {
  const { stagingUrl, directoryUrl, name } = authority;
  if (isStaging(directoryUrl)) return authority;
  if (stagingUrl === null) return null;
  const own = [...knownAuthorities.values()].find(each => each.directoryUrl === stagingUrl);
  // No CA of the configuration has a colon in its name.
  return (
    own ?? { ...authority, name: `${name}:staging`, directoryUrl: stagingUrl, rootsFile: null, eab: null }
  );
}

/** The whole way to a certificate, which is looked at and thrown away. */
async function orderFrom(
  staging: Authority,
  target: Target,
  { profile }: CaChoice,
  parts: PassParts,
): Promise<void> {
  const { signal } = parts;
  const { domains, keyType } = target;
  const visitor = { name: target.name, rank: urgency(parts.world.seen(target.name), 'named') };
  const place = await parts.lanes.enter(staging.directoryUrl, visitor, signal);
  if (place.kind === 'away') throw place.error;
  const endStep = parts.beginStep(staging.issueTimeoutMs);
  try {
    const issuer = parts.issuerFor(staging);
    const keyPem = await parts.generateKey(keyType);
    const csr = await parts.createRequest(keyPem, domains);
    const { url: orderUrl } = await issuer.order({ domains, replaces: null, profile }, signal);
    const solver = parts.solverFor(target, staging);
    // Nobody comes back to this order: a CA that asks to wait for long has not finished in time.
    const order = { orderUrl, placedAt: null, domains, csr, solver };
    const { chainPem: fullchainPem } = await issuer.complete(order, signal);
    const [host = ''] = domains;
    // Nobody trusts the roots of a staging: where the chain leads to is not asked.
    const set = { fullchainPem, keyPem, host, domains, keyType, roots: 'any' } as const;
    const reasons = await refusalsOf(set, parts);
    if (reasons.length > 0)
      throw new CertdError('gate-refused', `its staging issues what does not fit: ${reasons.join('; ')}`);
  } finally {
    endStep();
    place.leave();
  }
}
