import { type ChallengeOutcome, challengeUri, patternOf, unclear } from '../sites/challenge-answer.ts';
import type { ApacheDirective } from './apache-directives.ts';

type Block = readonly ApacheDirective[];

/** What mod_rewrite does with the request for a token in one server; null where it lets it pass. */
export function apacheRewrite(server: Block, domain: string): ChallengeOutcome | null {
  const [engine = 'off'] = server.findLast(({ name }) => name === 'rewriteengine')?.args ?? [];
  if (engine.toLowerCase() !== 'on') return null;
  let conditions: ApacheDirective[] = [];
  for (const directive of server) {
    if (directive.name === 'rewritecond') conditions.push(directive);
    if (directive.name !== 'rewriterule') continue;
    const outcome = ruleOutcome(directive, conditions, domain);
    conditions = [];
    if (outcome === 'stop') return null;
    if (outcome !== null) return outcome;
  }
  return null;
}

function ruleOutcome(
  rule: ApacheDirective,
  conditions: Block,
  domain: string,
): ChallengeOutcome | 'stop' | null {
  const [written = '', to = '-', flagText = ''] = rule.args;
  const flags = flagsOf(flagText);
  const place = `${rule.file}:${rule.line}`;
  const fits = matches(written, challengeUri, flags.has('NC') || flags.has('NOCASE') ? 'i' : '');
  if (fits === null) return unclear(`${place} has a pattern that doctor does not know`);
  if (!fits) return null;
  const does = ruleDoes(to, flags, place, domain);
  if (does === null) return null;
  const hold = allHold(conditions, domain);
  if (hold === false) return null;
  return hold ? does : unclear(`${place} depends on a condition that doctor does not follow`);
}

/** One with `[OR]` is an alternative to the next; null: not known. */
function allHold(conditions: Block, domain: string): boolean | null {
  let all: boolean | null = true;
  let alternatives: (boolean | null)[] = [];
  for (const [index, condition] of conditions.entries()) {
    alternatives.push(conditionHolds(condition, domain));
    const goesOn = /\b(?:OR|ornext)\b/i.test(condition.args[2] ?? '');
    if (goesOn && index < conditions.length - 1) continue;
    const one = alternatives.includes(true) ? true : alternatives.includes(null) ? null : false;
    if (one === false) return false;
    if (one === null) all = null;
    alternatives = [];
  }
  return all;
}

/** What a rule does once its conditions hold; null where it only sets something. */
function ruleDoes(
  to: string,
  flags: ReadonlySet<string>,
  place: string,
  domain: string,
): ChallengeOutcome | 'stop' | null {
  const has = (...names: readonly string[]) => names.some(name => flags.has(name));
  if (has('F', 'FORBIDDEN')) return { kind: 'refused', words: `${place} forbids it` };
  if (has('G', 'GONE')) return { kind: 'refused', words: `${place} says that it is gone` };
  if (to === '-') return has('L', 'LAST', 'END') ? 'stop' : null;
  if (has('P', 'PROXY')) return unclear(`${place} gives it to ${to}`);
  if (has('R', 'REDIRECT') || /^https?:\/\//.test(to)) {
    const filled = to.replaceAll(/%\{(\w+)\}/g, (whole, name: string) => valuesFor(domain)[name] ?? whole);
    return { kind: 'redirect', to: filled, place };
  }
  return unclear(`${place} rewrites it to ${to}`);
}

/** `[R=301,L,NE]`: the names, in capitals. */
function flagsOf(text: string): ReadonlySet<string> {
  const words = text.replaceAll(/^\[|\]$/g, '').split(',');
  return new Set(words.map(word => (word.split('=')[0] ?? '').trim().toUpperCase()));
}

function conditionHolds({ args }: ApacheDirective, domain: string): boolean | null {
  const [subject = '', wanted = '', flags = ''] = args;
  const name = /^%\{(\w+)\}$/.exec(subject)?.[1];
  const actual = name === undefined ? undefined : valuesFor(domain)[name];
  if (actual === undefined || /^!?-/.test(wanted)) return null;
  const equal = /^(!?)=(.*)$/.exec(wanted);
  if (equal !== null) return (actual === equal[2]?.replaceAll('"', '')) === (equal[1] === '');
  return matches(wanted, actual, /\bNC\b|nocase/i.test(flags) ? 'i' : '');
}

function matches(written: string, subject: string, flags: string): boolean | null {
  const isNot = written.startsWith('!');
  const pattern = patternOf(isNot ? written.slice(1) : written, flags);
  return pattern === null ? null : pattern.test(subject) !== isNot;
}

function valuesFor(domain: string): Readonly<Record<string, string>> {
  return {
    REQUEST_URI: challengeUri,
    SCRIPT_NAME: challengeUri,
    HTTPS: 'off',
    SERVER_NAME: domain,
    HTTP_HOST: domain,
    SERVER_PORT: '80',
    REQUEST_SCHEME: 'http',
    REQUEST_METHOD: 'GET',
  };
}
