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
  /** Where a person must go, for `userActionRequired` (§7.3.3). */
  readonly instance: string | null;
  /** Where a person lets a paused account go on, as a whole: it is long, and of no use without its end. */
  readonly unpauseUrl: string | null;
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
    unpauseUrl: unpauseUrlIn(fields['detail']),
    subproblems: withSubproblems ? decodeAll(fields['subproblems']) : [],
  };
}

/** The problem's own name, or for `compound` that of the first subproblem (§6.7.1). */
export function leadingName(problem: Problem): string {
  const [first] = problem.subproblems;
  return problem.name === 'compound' && first !== undefined ? first.name : problem.name;
}

// With the names that are paused in it, base64 of base64: a hundred long ones are 15 kB.
const longestUrl = 32 * 1024;

/** Boulder's self-service portal (its `unpause/unpause.go`): `https://…/sfe/v1/unpause?jwt=…`. */
function unpauseUrlIn(detail: unknown): string | null {
  if (typeof detail !== 'string') return null;
  const url = /https:\/\/[\w.:-]+\/[\w./-]*unpause\?[\w.=&%-]+/.exec(detail)?.[0] ?? null;
  return url === null || url.length > longestUrl ? null : url;
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
