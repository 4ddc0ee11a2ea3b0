import type { Authority } from '../config/config.ts';
import { CertdError, logFields } from '../core/errors.ts';
import { isAboutTheCa } from '../core/issue/about-the-ca.ts';
import { troublesAfter } from '../core/issue/ca-trouble.ts';
import type { CaChoice, Observed, Target } from '../core/model.ts';
import { writeIssuerState } from '../store/issuer-state.ts';
import type { IssueOutcome } from './attempt-issue.ts';
import type { HostParts } from './host-parts.ts';
import type { PassParts } from './pass-parts.ts';

/** After each question to a CA: where the answer concerns all certificates, those that wait for it learn of it, too. */
export function sendOthersAway(
  authority: Authority | null,
  error: CertdError | null,
  { lanes, log }: PassParts,
): void {
  if (authority === null) return;
  if (error === null) lanes.reached(authority.directoryUrl);
  if (error === null || !isAboutTheCa(error)) return;
  const certificates = lanes.turnAway(authority.directoryUrl, error);
  if (certificates === 0) return;
  log.info({ ca: authority.name, certificates, ...logFields(error) }, 'certificates wait for their CA');
}

type Away = { readonly seen: Observed; readonly ca: CaChoice; readonly error: CertdError };

/**
 * What becomes of one of those. No attempt, and so no failure of its own: it is due at the next look as it was at this one,
 * perhaps at another CA.
 */
export async function turnedAway(
  target: Target,
  { seen, ca, error }: Away,
  { disk, layout, log, world, clock }: HostParts,
): Promise<IssueOutcome> {
  const away = new CertdError(error.code, `not tried: ${error.message}`);
  // One line for all of them comes from `sendOthersAway`.
  log.debug({ certificate: target.name, ...logFields(away) }, 'certificate waits for the next look');
  const isNew = !seen.issuer.troubles.some(trouble => trouble.ca === ca.name);
  if (isNew && target.cas.length > 1) {
    const troubles = troublesAfter(seen.issuer.troubles, ca.name, error, clock.now());
    await writeIssuerState(disk, layout.issuerState(target.name), { ...seen.issuer, troubles });
  }
  world.waits(target.name, away);
  return { issued: null, error: away };
}
