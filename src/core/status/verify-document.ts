import { recordOf } from '../deploy/served-record.ts';
import type { Endpoint, ServedRecord } from '../endpoint.ts';
import type { CertdError } from '../errors.ts';
import type { Instant, Millis } from '../instant.ts';
import { toRfc3339 } from '../text/time-text.ts';
import { problem, worst } from './certificate-problems.ts';
import { endpointProblems } from './endpoint-problems.ts';
import { servedFields } from './served-fields.ts';
import type { Level, Problem, ServedEndpoint } from './status-document.ts';

/** `unknown`: nobody can say. */
export type VerifyLevel = Level | 'unknown';

/** What `certd verify --json` prints. `schema` counts up on a breaking change. */
export type VerifyDocument = {
  readonly schema: 1;
  readonly version: string;
  readonly status: VerifyLevel;
  readonly now: string;
  readonly certificates: readonly VerifiedCertificate[];
};

export type VerifiedCertificate = {
  readonly name: string;
  readonly status: VerifyLevel;
  /** Of the leaf that is live and should be presented; null where nothing is live, or nobody can say. */
  readonly fingerprint_sha256: string | null;
  readonly problems: readonly Problem[];
  /** One for each endpoint that the configuration declares. */
  readonly served: readonly VerifiedEndpoint[];
};

type VerifiedEndpoint = ServedEndpoint & {
  /** Of the leaf that it presents. */
  readonly fingerprint_sha256: string | null;
};

/** What was found out about one certificate. */
export type Verified = {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  /** What is live; null where nothing is. */
  readonly live: { readonly fingerprintSha256: string; readonly lifetimeMs: Millis } | null;
  readonly served: readonly ServedRecord[];
  /** Why nobody can say. */
  readonly error: CertdError | null;
};

type At = {
  readonly version: string;
  readonly now: Instant;
  readonly thresholds: { readonly critical: number };
};

/** The whole document. Pure. */
export function verifyDocument(verified: readonly Verified[], at: At): VerifyDocument {
  const certificates = verified.map(one => certificateOf(one, at));
  return {
    schema: 1,
    version: at.version,
    status: worstOf(certificates.filter(({ served }) => served.length > 0)),
    now: toRfc3339(at.now),
    certificates,
  };
}

function certificateOf({ name, endpoints, live, served, error }: Verified, at: At): VerifiedCertificate {
  const about = { name, lifetimeMs: live?.lifetimeMs ?? null };
  const problems = [
    ...(error === null ? [] : [problem(error.code, 'warning', name, error.message, null)]),
    ...(error === null && live === null && endpoints.length > 0 ? [notIssued(name)] : []),
    ...endpointProblems(about, endpoints, served, at),
  ];
  return {
    name,
    status: error === null ? worst(problems) : 'unknown',
    fingerprint_sha256: live?.fingerprintSha256 ?? null,
    problems,
    served: endpoints.map(endpoint => ({
      ...servedFields(endpoint, served),
      fingerprint_sha256: recordOf(served, endpoint)?.fingerprintSha256 ?? null,
    })),
  };
}

function notIssued(name: string): Problem {
  return problem('not-issued', 'critical', name, 'no certificate is live yet', null);
}

/** What is known to be bad counts more than what nobody knows, and that more than a warning. */
const byWeight: readonly VerifyLevel[] = ['critical', 'unknown', 'warning', 'ok'];

/** Of nothing nobody can say anything. */
function worstOf(certificates: readonly VerifiedCertificate[]): VerifyLevel {
  return byWeight.find(level => certificates.some(({ status }) => status === level)) ?? 'unknown';
}
