import {
  type ChallengeOutcome,
  challengeUri,
  patternOf,
  placeOf,
  unclear,
} from '../sites/challenge-answer.ts';
import type { NginxDirective } from './nginx-directives.ts';
import { isHarmlessNginx } from './nginx-harmless.ts';

type Block = readonly NginxDirective[];

/**
 * What the rewrite directives of a server or location block do with the request for a token, in their order
 * (ngx_http_rewrite_module); null where they let it pass.
 */
export function nginxRewrite(block: Block, domain: string): ChallengeOutcome | null {
  const end = run(block, domain);
  return end === 'stop' ? null : end;
}

type End = ChallengeOutcome | 'stop' | null;

function run(block: Block, domain: string): End {
  for (const directive of block) {
    const end = endOf(directive, domain);
    if (end !== null) return end;
  }
  return null;
}

function endOf(directive: NginxDirective, domain: string): End {
  const { name, args, block } = directive;
  if (name === 'return') return returned(directive, domain);
  if (name === 'rewrite') return rewritten(directive, domain);
  if (name === 'break') return 'stop';
  if (name !== 'if' || block === null) return null;
  // What may be done only sometimes matters only where it does something.
  const inside = run(block, domain) ?? strangeIn(block);
  if (inside === null) return null;
  const holds = conditionHolds(args, domain);
  if (holds !== null) return holds ? inside : null;
  if (inside === 'stop') return null;
  return unclear(`${placeOf(directive)} depends on a condition that doctor does not follow`);
}

/** `if` may have a root, and pass requests on. */
function strangeIn(block: Block): ChallengeOutcome | null {
  const strange = block.find(each => !isHarmlessNginx(each));
  if (strange === undefined) return null;
  return unclear(`${placeOf(strange)} has ${strange.name} inside of a condition`);
}

function returned(directive: NginxDirective, domain: string): ChallengeOutcome {
  const [first = '', second] = directive.args;
  const isCode = /^\d{3}$/.test(first);
  const to = isCode ? second : first;
  if (to !== undefined && (!isCode || /^30[12378]$/.test(first))) {
    return { kind: 'redirect', to: filledIn(to, domain), place: placeOf(directive) };
  }
  if (/^[2]/.test(first)) return unclear(`${placeOf(directive)} answers with a text of its own`);
  return { kind: 'refused', words: `${placeOf(directive)} answers with ${first}` };
}

function rewritten(directive: NginxDirective, domain: string): ChallengeOutcome | null {
  const [written = '', to = '', flag] = directive.args;
  const pattern = patternOf(written);
  if (pattern === null) return unclear(`${placeOf(directive)} has a pattern that doctor does not know`);
  if (!pattern.test(challengeUri)) return null;
  const leadsAway = /^(?:https?:\/\/|\$scheme:\/\/)/.test(to);
  if (leadsAway || flag === 'permanent' || flag === 'redirect') {
    return { kind: 'redirect', to: filledIn(to, domain), place: placeOf(directive) };
  }
  return unclear(`${placeOf(directive)} rewrites it to ${to}`);
}

/** `if ($host = a.example)`, as certbot writes it, and the usual ones for the scheme; null: not known. */
function conditionHolds(args: readonly string[], domain: string): boolean | null {
  const [variable, operator, value] = args
    .join(' ')
    .replace(/^\(\s*/, '')
    .replace(/\s*\)$/, '')
    .split(/\s+/);
  const known: Readonly<Record<string, string>> = {
    $host: domain,
    $http_host: domain,
    $scheme: 'http',
    $https: '',
    $server_port: '80',
    $uri: challengeUri,
    $request_uri: challengeUri,
    $request_method: 'GET',
  };
  const actual = known[variable ?? ''];
  if (actual === undefined) return null;
  if (operator === undefined) return actual !== '' && actual !== '0';
  const wanted = (value ?? '').replaceAll(/^["']|["']$/g, '');
  const isNot = operator.startsWith('!');
  if (operator === '=' || operator === '!=') return (actual === wanted) !== isNot;
  const pattern = /^!?~\*?$/.test(operator) ? patternOf(wanted, operator.endsWith('*') ? 'i' : '') : null;
  return pattern === null ? null : pattern.test(actual) !== isNot;
}

/** With what is known of the request in the place of its variables. */
export function filledIn(text: string, domain: string): string {
  const values: Readonly<Record<string, string>> = {
    host: domain,
    http_host: domain,
    server_name: domain,
    scheme: 'http',
    request_uri: challengeUri,
    uri: challengeUri,
  };
  return text.replaceAll(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (whole, bare: string | undefined, braced: string | undefined) => values[bare ?? braced ?? ''] ?? whole,
  );
}
