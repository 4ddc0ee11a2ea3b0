import { CertdError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { decodeProblem, type Problem } from './problem-document.ts';
import { safeText } from './text.ts';

export type Directory = {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  /** Null only of a CA that leaves out what RFC 8555 §7.1.1 demands: certificates can be had there all the same. */
  readonly revokeCert: string | null;
  /** Null where the CA has no ARI (RFC 9773). */
  readonly renewalInfo: string | null;
  /** Null only of a CA that leaves out what RFC 8555 §7.1.1 demands. */
  readonly keyChange: string | null;
  /** Whether newAccount needs an external account binding (RFC 8555 §7.1.1). */
  readonly externalAccountRequired: boolean;
  /** Names of `meta.profiles` (draft-ietf-acme-profiles §3); empty where the CA has none. */
  readonly profiles: readonly string[];
  /** What CAA records call the CA; null where it does not say. */
  readonly caaIdentity: string | null;
};

/** RFC 8555 §7.1.2, as far as certd looks; texts are fit to be shown. */
export type AccountObject = { readonly status: string | null; readonly contact: readonly string[] };

type OrderStatus = 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';

/** RFC 8555 §7.1.3, as far as certd looks. */
export type Order = {
  readonly status: OrderStatus;
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate: string | null;
  /** When the CA lets go of it; null where it does not say. */
  readonly expires: Instant | null;
  readonly error: Problem | null;
};

/** RFC 8555 §7.1.4. */
export type Authorization = {
  readonly status: string;
  /** What the CA calls it, fit to be shown. */
  readonly domain: string;
  readonly challenges: readonly Challenge[];
};

/** RFC 8555 §7.1.5. Types that certd does not know are kept: only `http-01` is looked at. */
export type Challenge = {
  readonly type: string;
  readonly url: string;
  readonly token: string | null;
  readonly status: string;
  readonly error: Problem | null;
};

const orderStatuses: readonly OrderStatus[] = ['pending', 'ready', 'processing', 'valid', 'invalid'];
const maxAuthorizations = 1000;
const maxTexts = 20;
const latestInstant = Date.parse('9999-12-31T23:59:59.999Z');

/** The directory (§7.1.1). Keys that certd does not know are ignored: Let's Encrypt adds random ones. */
export function decodeDirectory(data: unknown): Directory {
  const object = objectOf(data, 'directory');
  const meta = metaOf(object);
  return {
    newNonce: textOf(object, 'newNonce', 'directory'),
    newAccount: textOf(object, 'newAccount', 'directory'),
    newOrder: textOf(object, 'newOrder', 'directory'),
    revokeCert: optionalText(object, 'revokeCert'),
    renewalInfo: optionalText(object, 'renewalInfo'),
    keyChange: optionalText(object, 'keyChange'),
    externalAccountRequired: meta['externalAccountRequired'] === true,
    profiles: keysOf(meta['profiles']),
    caaIdentity: textsOf(meta['caaIdentities'])[0] ?? null,
  };
}

/** `meta` is optional, and some CAs have null there or in its fields. */
function metaOf(directory: Record<string, unknown>): Record<string, unknown> {
  const meta = directory['meta'];
  return typeof meta === 'object' && meta !== null ? { ...meta } : {};
}

/** Never throws: nothing in it is needed, and some CAs send next to nothing. */
export function decodeAccount(data: unknown): AccountObject {
  const object: Record<string, unknown> = typeof data === 'object' && data !== null ? { ...data } : {};
  const status = optionalText(object, 'status');
  return { status: status === null ? null : safeText(status), contact: textsOf(object['contact']) };
}

export function decodeOrder(data: unknown): Order {
  const object = objectOf(data, 'order');
  const status = textOf(object, 'status', 'order');
  const known = orderStatuses.find(name => name === status);
  if (known === undefined) throw malformed('order', `has the status "${status}"`);
  return {
    status: known,
    authorizations: urlsOf(object['authorizations']),
    finalize: textOf(object, 'finalize', 'order'),
    certificate: optionalText(object, 'certificate'),
    expires: optionalInstant(object, 'expires'),
    error: decodeProblem(object['error']),
  };
}

export function decodeAuthorization(data: unknown): Authorization {
  const object = objectOf(data, 'authorization');
  const challenges = object['challenges'];
  return {
    status: textOf(object, 'status', 'authorization'),
    domain: safeText(textOf(objectOf(object['identifier'], 'identifier'), 'value', 'identifier')),
    challenges: Array.isArray(challenges) ? challenges.map(decodeChallenge) : [],
  };
}

/** The suggested window (RFC 9773 §4.2). A window that does not end after its start is refused, as §4.2 demands. */
export function decodeWindow(data: unknown): {
  start: Instant;
  end: Instant;
  explanationUrl: string | null;
} {
  const object = objectOf(data, 'renewal info');
  const window = objectOf(object['suggestedWindow'], 'suggested window');
  const start = instantOf(window, 'start');
  const end = instantOf(window, 'end');
  if (end <= start) throw malformed('suggested window', 'does not end after its start');
  const url = optionalText(object, 'explanationURL');
  return { start, end, explanationUrl: url === null ? null : safeText(url) };
}

function decodeChallenge(data: unknown): Challenge {
  const object = objectOf(data, 'challenge');
  return {
    type: textOf(object, 'type', 'challenge'),
    url: optionalText(object, 'url') ?? '',
    token: optionalText(object, 'token'),
    status: optionalText(object, 'status') ?? 'pending',
    error: decodeProblem(object['error']),
  };
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.filter(item => typeof item === 'string' && item !== '');
  return texts.slice(0, maxTexts).map(safeText);
}

function urlsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > maxAuthorizations) {
    throw malformed('order', 'has no usable list of authorizations');
  }
  return value.map(url => {
    if (typeof url === 'string') return url;
    throw malformed('order', 'has an authorization that is not a URL');
  });
}

function instantOf(object: Record<string, unknown>, key: string): Instant {
  const instant = optionalInstant(object, key);
  if (instant === null) throw malformed('suggested window', `has a ${key} that is no date from 1970 to 9999`);
  return instant;
}

/**
 * RFC 3339 (§5.6): JavaScript would also read many other forms. An offset can carry the moment out of the
 * years of four digits, which that format cannot say in UTC, where certd keeps it.
 */
function optionalInstant(object: Record<string, unknown>, key: string): Instant | null {
  const text = optionalText(object, key) ?? '';
  const instant = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return instant >= 0 && instant <= latestInstant ? instant : null;
}

function keysOf(value: unknown): readonly string[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.keys(value) : [];
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(what, 'is not a JSON object');
  }
  return { ...value };
}

function textOf(object: Record<string, unknown>, key: string, what: string): string {
  const text = optionalText(object, key);
  if (text === null) throw malformed(what, `has no "${key}"`);
  return text;
}

function optionalText(object: Record<string, unknown>, key: string): string | null {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

function malformed(what: string, how: string): CertdError {
  return new CertdError('ca-malformed', safeText(`The CA's ${what} ${how}.`));
}
