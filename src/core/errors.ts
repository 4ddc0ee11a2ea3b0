import type { Retry } from './catalogue/entry.ts';
import { catalogue, type ErrorCode } from './catalogue.ts';
import type { Instant } from './instant.ts';

type Facts = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The one error class. `message` is for people and names what happened to what; `facts` are fields for
 * the log. Neither ever holds a key, a token or an authorization header.
 */
export class CertdError extends Error {
  override readonly name = 'CertdError';
  readonly code: ErrorCode;
  readonly facts: Facts;
  /** Nothing is tried before this moment (Retry-After); null where the retry class alone decides. */
  readonly notBefore: Instant | null;
  /** The ACME problem type URN, where a CA gave one (RFC 8555 §6.7). */
  readonly problemType: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    more: { facts?: Facts; notBefore?: Instant | null; problemType?: string | null; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.facts = more.facts ?? {};
    this.notBefore = more.notBefore ?? null;
    this.problemType = more.problemType ?? null;
  }

  get retry(): Retry {
    return catalogue[this.code].retry;
  }
}

/** What a log line says of an error: its code, its facts and its words, under the same names everywhere. */
export function logFields(error: CertdError) {
  return { code: error.code, ...error.facts, reason: error.message };
}

/** Whatever was thrown as a CertdError: disk errors get their own codes, the unknown becomes `internal-error`. */
export function asCertdError(thrown: unknown): CertdError {
  if (thrown instanceof CertdError) return thrown;
  const system = systemErrorOf(thrown);
  if (system === null) return new CertdError('internal-error', textOf(thrown), { cause: thrown });
  const where = system.path === null ? '' : `: ${system.path}`;
  return new CertdError(diskCode(system.code), `${system.syscall} failed with ${system.code}${where}`, {
    facts: { errno: system.code, path: system.path },
    cause: thrown,
  });
}

function diskCode(errno: string): ErrorCode {
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'disk-full';
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') return 'permission-denied';
  return 'disk-failed';
}

/** Node's system error, read without trusting its shape; null for anything else. */
export function systemErrorOf(
  thrown: unknown,
): { code: string; syscall: string; path: string | null } | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return null;
  const { code, syscall } = thrown;
  if (typeof code !== 'string' || typeof syscall !== 'string') return null;
  const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : null;
  return { code, syscall, path };
}

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : `something that is no error was thrown: ${typeof thrown}`;
}
