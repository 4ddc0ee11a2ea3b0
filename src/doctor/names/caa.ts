/** One CAA resource record (RFC 8659 §4.1), as the name server has it. */
export type CaaRecord = { readonly flags: number; readonly tag: string; readonly value: string };

/** One CA, as CAA records speak of it. */
export type CaaAsker = {
  /** The issuer domain names that it takes for its own, in lower case; the first is the one that it asks for. */
  readonly identities: readonly [string, ...string[]];
  /** Of its account here; null where none is registered. */
  readonly accountUrl: string | null;
};

/** What the records that count for a name say to a CA that validates it by HTTP-01. */
export type CaaAnswer =
  /** No record is about who may issue. */
  | { readonly kind: 'silent' }
  /** `bound`: to this very account. */
  | { readonly kind: 'allowed'; readonly bound: boolean }
  /** Others are named, or nobody. */
  | { readonly kind: 'other-ca'; readonly named: readonly string[] }
  | { readonly kind: 'other-account'; readonly named: readonly string[] }
  | { readonly kind: 'other-method'; readonly named: readonly string[] }
  /** A record that must be understood by whoever issues has a tag that no CA need know. */
  | { readonly kind: 'critical-tag'; readonly tag: string };

/** Those of RFC 8659 §4 and RFC 9495. */
const knownTags = ['issue', 'issuewild', 'iodef', 'issuemail'];

/** Bit 0, the most significant one (RFC 8659 §4.1). Let’s Encrypt takes the least significant one for it, too. */
const criticalBits = 0b1000_0001;

/** `issuewild` is about wildcards alone (RFC 8659 §4.3), which HTTP-01 cannot validate. */
export function caaAnswer(records: readonly CaaRecord[], asker: CaaAsker): CaaAnswer {
  const strange = records.find(
    ({ flags, tag }) => (flags & criticalBits) !== 0 && !knownTags.includes(tag.toLowerCase()),
  );
  if (strange !== undefined) return { kind: 'critical-tag', tag: strange.tag };
  const issue = records.filter(({ tag }) => tag.toLowerCase() === 'issue').map(({ value }) => value);
  if (issue.length === 0) return { kind: 'silent' };
  const parsed = issue.map(issueValue);
  const own = parsed.flatMap(each => (each !== null && asker.identities.includes(each.issuer) ? [each] : []));
  if (own.length === 0) return { kind: 'other-ca', named: parsed.flatMap(each => each?.issuer || []) };
  const ofMethod = own.filter(({ parameters }) => allowsHttp(parameters.get('validationmethods')));
  if (ofMethod.length === 0) return { kind: 'other-method', named: valuesOf(own, 'validationmethods') };
  const bound = ofMethod.map(({ parameters }) => parameters.get('accounturi'));
  if (bound.some(uri => uri !== undefined && uri === asker.accountUrl))
    return { kind: 'allowed', bound: true };
  if (bound.includes(undefined)) return { kind: 'allowed', bound: false };
  return { kind: 'other-account', named: valuesOf(ofMethod, 'accounturi') };
}

type IssueValue = { readonly issuer: string; readonly parameters: ReadonlyMap<string, string> };

/** RFC 8659 §4.2; null where it is malformed, or has a parameter twice: such a record allows nothing. */
function issueValue(value: string): IssueValue | null {
  const [issuer = '', ...rest] = value.split(';').map(part => part.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (!/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.(?!$)|$))*$/i.test(issuer)) return null;
  const parameters = new Map<string, string>();
  for (const text of rest.filter(part => part !== '')) {
    const [, tag, word] = /^([a-z0-9](?:-*[a-z0-9])*)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)$/i.exec(text) ?? [];
    if (tag === undefined || word === undefined || parameters.has(tag.toLowerCase())) return null;
    parameters.set(tag.toLowerCase(), word);
  }
  return { issuer: issuer.toLowerCase(), parameters };
}

/** RFC 8657 §4. */
function allowsHttp(methods: string | undefined): boolean {
  return methods === undefined || methods.split(',').includes('http-01');
}

function valuesOf(values: readonly IssueValue[], parameter: string): readonly string[] {
  return [...new Set(values.flatMap(({ parameters }) => parameters.get(parameter) ?? []))];
}
