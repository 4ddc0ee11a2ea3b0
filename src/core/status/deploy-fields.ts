import { isBehind, isTakenBack } from '../deploy/deploy-verdict.ts';
import { standInOf } from '../issue/renewal.ts';
import type { Observed } from '../model.ts';
import type { Verdict } from '../plan.ts';
import { rfc3339OrNull } from '../text/time-text.ts';
import { errorFields } from './error-fields.ts';
import type { CertificateStatus } from './status-document.ts';

/** What `status` says of the deploy. `verdict` is null for a certificate that nobody manages. */
export function deployFields(seen: Observed, verdict: Verdict | null): CertificateStatus['deploy'] {
  const { deploy } = seen;
  return {
    state: deployState(seen, verdict),
    last_at: rfc3339OrNull(deploy.lastAt),
    next_attempt_at: rfc3339OrNull(verdict?.deploy.kind === 'held' ? verdict.deploy.until : null),
    last_error: errorFields(deploy.lastError),
  };
}

function deployState(seen: Observed, verdict: Verdict | null): CertificateStatus['deploy']['state'] {
  const { deploy } = seen;
  if (verdict !== null && isOwed(seen, verdict)) {
    if (isTakenBack(seen)) return 'rolled-back';
    if (deploy.failures > 0) return 'failed';
    return isHeldForWindow(verdict) ? 'held-for-window' : 'owed';
  }
  if (standInOf(seen) !== null) return 'rolled-back';
  return deploy.deployed === null ? 'none' : 'deployed';
}

function isHeldForWindow({ deploy }: Verdict): boolean {
  return deploy.kind === 'held' && deploy.by === 'window';
}

/** What is owed stays so while nothing is done about it. */
function isOwed(seen: Observed, { deploy: { kind } }: Verdict): boolean {
  return kind === 'blocked' ? isBehind(seen) : kind !== 'none';
}
