import type { z } from 'zod';
import type { ConfigProblem } from './config.ts';
import { didYouMean } from './nearest.ts';

/** One thing wrong in a decoded file. `onKey`: the key at the end of `path` is at fault, not its value. */
export type Finding = {
  readonly code: ConfigProblem['code'];
  readonly path: readonly PropertyKey[];
  readonly onKey: boolean;
  readonly message: string;
};

/** Checks plain data against a schema and says in people's words everything that is wrong. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
): { value: z.output<Schema> } | { findings: Finding[] } {
  const result = schema.safeParse(data);
  if (result.success) return { value: result.data };
  const findings = result.error.issues.flatMap(issue => explain(issue, data, []));
  return { findings: withoutEchoes(findings) };
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function explain(issue: Issue, data: unknown, base: Path): Finding[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key, index) =>
        unknownKey([...path, key], issue.message.split('\n')[index] ?? ''),
      );
    case 'invalid_union':
      return explainChoice(issue, data, path);
    case 'invalid_key':
      return [wrong([...path], true, `the name \`${lastOf(path)}\` must be ${issue.issues[0]?.message}`)];
    case 'custom':
      return [custom(issue, path)];
    default:
      return [unfit(issue, at(data, path), path)];
  }
}

/**
 * Where a form of a choice fits at the top, what is wrong inside it says more than the list of forms. Of several
 * that fit there, the one with the least wrong inside it was meant.
 */
function explainChoice(issue: z.core.$ZodIssueInvalidUnion, data: unknown, path: Path): Finding[] {
  const forms = issue.errors
    .filter(issues => !issues.some(inner => isWrongType(inner) && inner.path.length === 0))
    .map(issues => issues.flatMap(inner => explain(inner, data, path)));
  const [meant] = forms.toSorted((a, b) => a.length - b.length);
  return meant ?? [unfit(issue, at(data, path), path)];
}

function isWrongType(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';
}

function unknownKey(path: Path, suggestion: string): Finding {
  const message =
    lastOf(path) === '<<'
      ? '`<<` (merging another mapping) is not supported; put what all certificates share under `defaults`'
      : `there is no key \`${lastOf(path)}\` here${suggestion}`;
  return { code: 'config-unknown-key', path, onKey: true, message };
}

function custom(issue: z.core.$ZodIssueCustom, path: Path): Finding {
  if (issue.params?.['certd'] === 'not-available-yet') {
    const message = `\`${lastOf(path)}\` is not available in this version: take it out`;
    return { code: 'not-available-yet', path, onKey: true, message };
  }
  return wrong(path, false, `${subject(path)}: ${issue.message}`);
}

function unfit(issue: Issue, found: unknown, path: Path): Finding {
  if (found === undefined) {
    return wrong(path, false, `${subject(path)} is missing: it must be ${issue.message}`);
  }
  return wrong(
    path,
    false,
    `${subject(path)} must be ${issue.message}, not ${describe(found, path)}${hint(issue, found)}`,
  );
}

function wrong(path: Path, onKey: boolean, message: string): Finding {
  return { code: 'config-invalid', path, onKey, message };
}

function hint(issue: Issue, found: unknown): string {
  if (found === null) return ' (give it a value or take the key out)';
  if (issue.code === 'invalid_value' && typeof found === 'string') {
    return didYouMean(found, issue.values.map(String));
  }
  // Where the phrase gives an example, that says it better.
  if (issue.code !== 'invalid_type' || issue.message.includes('such as')) return '';
  if (issue.expected === 'boolean' && typeof found === 'string' && /^(y|n|yes|no|on|off)$/i.test(found)) {
    return ' (YAML 1.2 reads yes, no, on and off as text)';
  }
  if (issue.expected === 'string' && typeof found !== 'object') return ' (put it in quotes)';
  if (issue.expected === 'array' && typeof found === 'string') return ' (put it in [ ], or after a hyphen)';
  return '';
}

/**
 * Short enough for a line, and never the inside of a list or mapping: a secret may have strayed there. A text
 * in the place of an EAB key's file is likely the key (RFC 8555 §7.3.4).
 */
function describe(found: unknown, path: Path): string {
  if (found === null) return 'nothing';
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : 'a list';
  if (typeof found === 'object') return 'a mapping';
  if (found === '') return 'an empty text';
  if (path.includes('eab')) return 'what is there';
  if (typeof found === 'string') return `the text ${JSON.stringify(found.slice(0, 60))}`;
  return typeof found === 'number' ? `the number ${found}` : String(found);
}

function subject(path: Path): string {
  const last = lastOf(path);
  if (last === undefined) return 'the file';
  if (typeof last !== 'number') return `\`${String(last)}\``;
  return `item ${last + 1} of ${subject(path.slice(0, -1))}`;
}

/** A misspelt key is not also a missing one, nor its mapping incomplete; and nothing is said twice of one place. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const explained = new Set<string>();
  for (const { code, path, message } of findings) {
    const meant = code === 'config-unknown-key' ? /did you mean `(.+)`/.exec(message)?.[1] : undefined;
    if (meant === undefined) continue;
    explained.add(spot(path.slice(0, -1)));
    explained.add(spot([...path.slice(0, -1), meant]));
  }
  const seen = new Set<string>();
  return findings.filter(({ code, path, message }) => {
    const key = `${spot(path)} ${message}`;
    const echo = seen.has(key) || (code === 'config-invalid' && explained.has(spot(path)));
    seen.add(key);
    return !echo;
  });
}

function spot(path: Path): string {
  return JSON.stringify(path.map(String));
}

function lastOf(path: Path): string | number | undefined {
  const last = path.at(-1);
  return typeof last === 'symbol' ? String(last) : last;
}

/** The value at a path of plain data; undefined where there is none. */
export function at(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}
