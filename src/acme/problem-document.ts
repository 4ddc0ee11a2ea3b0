import { safeText } from './text.ts';

/** A problem document (RFC 7807, RFC 8555 §6.7), its texts made safe to show. */
export type Problem = {
  /** The whole URN; `about:blank` where the CA gave none. */
  readonly type: string;
  /** The last part of an ACME URN, for example `rateLimited`; else the whole type. */
  readonly name: string;
  readonly detail: string;
  /** The identifier that a subproblem is about (§6.7.1). */
  readonly domain: string | null;
  /** Where a person must go, for `userActionRequired` (§7.3.3) and paused identifiers. */
  readonly instance: string | null;
  readonly subproblems: readonly Problem[];
};

const namespace = 'urn:ietf:params:acme:error:';
const maxSubproblems = 100;

/** Null for anything that is not an object. Never throws: an error about an error helps nobody. */
export function decodeProblem(data: unknown): Problem | null {
  return decode(data, true);
}

/** Whether an ACME server wrote it (RFC 8555 §6.7): gateways before one answer in JSON too. */
export function isAcmeProblem(problem: Problem | null): boolean {
  return problem?.type.startsWith(namespace) === true;
}

function decode(data: unknown, withSubproblems: boolean): Problem | null {
  if (typeof data !== 'object' || data === null) return null;
  const fields: Record<string, unknown> = { ...data };
  const urn = textOf(fields['type']) ?? 'about:blank';
  return {
    type: urn,
    name: urn.startsWith(namespace) ? urn.slice(namespace.length) : urn,
    detail: textOf(fields['detail']) ?? textOf(fields['title']) ?? 'no detail given',
    domain: domainOf(fields['identifier']),
    instance: textOf(fields['instance']),
    subproblems: withSubproblems ? decodeAll(fields['subproblems']) : [],
  };
}

/** §6.7.1: subproblems do not nest. */
function decodeAll(list: unknown): readonly Problem[] {
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, maxSubproblems)
    .map(item => decode(item, false))
    .filter(problem => problem !== null);
}

function domainOf(identifier: unknown): string | null {
  if (typeof identifier !== 'object' || identifier === null || !('value' in identifier)) return null;
  return textOf(identifier.value);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? safeText(value) : null;
}
