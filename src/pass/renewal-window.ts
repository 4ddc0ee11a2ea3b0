import type { Authority } from '../config/config.ts';
import { asCertdError, CertdError, logFields } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { windowAfterAnswer, windowAfterSilence } from '../core/issue/renewal.ts';
import type { CaChoice, Generation, IssuerState, Observed, RenewalWindow, Target } from '../core/model.ts';
import type { Issuer } from '../core/ports.ts';
import { readIssuedCertificate } from '../store/generation.ts';
import { writeIssuerState } from '../store/issuer-state.ts';
import { certIdOf } from '../x509/cert-id.ts';
import type { HostParts } from './host-parts.ts';
import type { PassParts } from './pass-parts.ts';

const hour = 3_600_000;
/** RFC 9773 §4.3.3: after an error the question is repeated in six hours. */
const afterErrorMs = 6 * hour;
/** A CA without ARI may learn it; nothing is lost by a day. */
const withoutAriMs = 24 * hour;

/**
 * Asks the CA when to renew a generation and stores the answer with one drawn moment (RFC 9773 §4). Returns
 * why the CA could not be asked, which is no failure of the certificate.
 */
export async function askWindow(
  target: Target,
  generation: Generation,
  before: IssuerState,
  parts: PassParts,
): Promise<CertdError | null> {
  const now = parts.clock.now();
  const write = ({ window, checkAt }: Omit<Answer, 'error'>) =>
    writeIssuerState(parts.disk, parts.layout.issuerState(target.name), {
      ...before,
      window,
      windowCheckAt: checkAt,
    });
  const authority = issuedBy(generation, parts);
  const certId = certIdOf(certificateText(target.name, generation.id, parts));
  // A window comes from the CA that issued: after a change of CA there is nobody to ask.
  if (certId === null || authority === null) {
    await write({ window: null, checkAt: now + withoutAriMs });
    return null;
  }
  // Written before the question: where the answer cannot be kept, the CA is not asked at every tick.
  await write({ window: before.window, checkAt: now + afterErrorMs });
  const question = { target, generation, before, now, issuer: parts.issuerFor(authority) };
  const answer = await answerTo(certId, question, parts);
  await write(answer);
  return answer.error;
}

type Answer = {
  readonly window: RenewalWindow | null;
  readonly checkAt: Instant;
  readonly error: CertdError | null;
};

type Question = {
  readonly target: Target;
  readonly generation: Generation;
  readonly before: IssuerState;
  readonly now: Instant;
  readonly issuer: Issuer;
};

async function answerTo(
  certId: string,
  { target, generation, before, now, issuer }: Question,
  parts: PassParts,
): Promise<Answer> {
  try {
    const info = await issuer.renewalInfo(certId, parts.signal);
    if (info === null) return { window: null, checkAt: now + withoutAriMs, error: null };
    return {
      window: windowAfterAnswer(before.window, info, {
        generation: generation.id,
        draw: parts.random(),
        now,
      }),
      checkAt: info.checkAt,
      error: null,
    };
  } catch (thrown) {
    // No window is no failure of the certificate: the stored one, or the share of the lifetime, decides.
    const error = asCertdError(thrown);
    if (error.code === 'stopped') throw error;
    const facts = { certificate: target.name, ...logFields(error) };
    parts.log.warn(facts, 'renewal window could not be read');
    const asked = Math.min(error.notBefore ?? 0, now + withoutAriMs);
    const window = windowAfterSilence(before.window, generation, target.renewAt, now);
    return { window, checkAt: Math.max(now + afterErrorMs, asked), error };
  }
}

/** A certificate that an order may replace (RFC 9773 §5). */
export type Replaced = { readonly certId: string; readonly account: string | null };

/** What the next order replaces: the newest generation, where the same CA issued it for one of these names. */
export function replacedCertId(
  target: Target,
  seen: Observed,
  authority: Authority,
  parts: PassParts,
): Replaced | null {
  const newest = seen.issued.at(-1);
  if (newest === undefined || newest.directoryUrl !== authority.directoryUrl) return null;
  // The host that it was copied from renews it.
  if (newest.id === seen.host.copied) return null;
  if (!newest.leaf.domains.some(domain => target.domains.includes(domain))) return null;
  const certId = certIdOf(certificateText(seen.name, newest.id, parts));
  return certId === null ? null : { certId, account: newest.account };
}

export function authorityOf({ name }: CaChoice, { authorities }: PassParts): Authority {
  const authority = authorities.get(name);
  if (authority === undefined) throw new CertdError('internal-error', `no authority named ${name}`);
  return authority;
}

/** The CA that issued, also where it has another name by now; null where the configuration has it no longer. */
export function issuedBy(
  { ca, directoryUrl }: Pick<Generation, 'ca' | 'directoryUrl'>,
  { authorities }: Pick<PassParts, 'authorities'>,
): Authority | null {
  const named = authorities.get(ca);
  if (named?.directoryUrl === directoryUrl) return named;
  return [...authorities.values()].find(authority => authority.directoryUrl === directoryUrl) ?? null;
}

function certificateText(name: string, id: string, { layout }: HostParts): string {
  return readIssuedCertificate(layout, layout.issuedGeneration(name, id));
}
