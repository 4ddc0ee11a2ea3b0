import { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';

type Circumstances = {
  readonly url: URL;
  readonly reusedSocket: boolean;
  readonly connected: boolean;
  /** The limit that ran out, or null. */
  readonly timedOut: Millis | null;
  readonly stopped: boolean;
};

/** What node:https threw, as an error of the catalogue. */
export function transportError(thrown: unknown, about: Circumstances): CertdError {
  if (thrown instanceof CertdError) return thrown;
  const host = about.url.host;
  if (about.stopped) return new CertdError('stopped', `The request to ${host} was stopped.`);
  if (about.timedOut !== null) return timeoutError(about, about.timedOut);
  const code = codeOf(thrown);
  const more = { facts: { host, errno: code, staleConnection: isStale(code, about) }, cause: thrown };
  if (isCertificateCode(code)) {
    return new CertdError(
      'ca-untrusted',
      `The HTTPS certificate of ${host} does not validate: ${code}.`,
      more,
    );
  }
  if (code?.startsWith('HPE_') === true) {
    return new CertdError('ca-malformed', `${host} does not speak HTTP: ${code}.`, more);
  }
  return new CertdError(
    'ca-unreachable',
    `The CA at ${host} cannot be reached: ${code ?? textOf(thrown)}.`,
    more,
  );
}

/** Whether the server had closed a kept-alive connection before it read the request. */
export function isStaleConnection(error: unknown): boolean {
  return error instanceof CertdError && error.facts['staleConnection'] === true;
}

function isStale(code: string | null, about: Circumstances): boolean {
  return about.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
}

function timeoutError(about: Circumstances, limit: Millis): CertdError {
  const { host } = about.url;
  const seconds = limit / 1000;
  return about.connected
    ? new CertdError('ca-timeout', `${host} did not answer within ${seconds} s.`, { facts: { host } })
    : new CertdError('ca-unreachable', `No connection to ${host} within ${seconds} s.`, { facts: { host } });
}

/** OpenSSL's X509_V_ERR_* as Node names them, and Node's own check of the name. */
function isCertificateCode(code: string | null): boolean {
  if (code === null) return false;
  return certificateCodes.has(code) || /^(CERT|CRL)_|_CERT(_|$)|^ERR_TLS_CERT/.test(code);
}

const certificateCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
]);

/** Of several addresses that failed (AggregateError), the first one's. */
function codeOf(thrown: unknown): string | null {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeOf(thrown.errors[0]);
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
