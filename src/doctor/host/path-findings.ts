import type { Target } from '../../core/model.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import type { Finding } from '../finding.ts';
import { isOfThisHost } from '../names/address-findings.ts';
import { findingsOfNames, type Verdict } from '../names/name-verdicts.ts';
import type { NameLook, SeenNames, Walk, WalkEnd } from '../names/seen-names.ts';
import { proofOf, reachOf, validationText } from '../sites/walk-reach.ts';
import { endText } from '../sites/walk-text.ts';

/** Where a CA ends that asks a name for a challenge. */
export function pathFindings(host: SeenNames): readonly Finding[] {
  return findingsOfNames('challenge-path', host, (look, target, _, domain) =>
    distinct(walksOfCa(look), { target, domain, host, hasBoth: hasBoth(look) }),
  );
}

type About = {
  readonly target: Target;
  readonly domain: string;
  readonly host: SeenNames;
  /** IPv6 and IPv4: nobody knows by which of them a CA has validated. */
  readonly hasBoth: boolean;
};

function hasBoth(look: NameLook | null): boolean {
  return look !== null && look.walks4.length > 0 && look.walks6.length > 0;
}

/** By IPv6, but where there is no connection at all. */
function walksOfCa(look: NameLook | null): readonly Walk[] {
  if (look === null) return [];
  const { walks4, walks6 } = look;
  const isDead = walks6.every(({ end }) => end.kind === 'no-connection');
  return isDead && walks4.length > 0 ? walks4 : walks6;
}

/** One verdict where all addresses come to the same, else one for each. */
function distinct(walks: readonly Walk[], about: About): readonly Verdict[] {
  const verdicts = walks.map(walk => ({ walk, verdict: verdictOf(walk, about) }));
  const messages = new Set(verdicts.map(({ verdict: { message } }) => message));
  const isOne = messages.size < 2;
  return verdicts
    .slice(0, isOne ? 1 : verdicts.length)
    .map(({ walk, verdict: each }) =>
      isOne ? each : { ...each, message: `from ${walk.address}: ${each.message}` },
    );
}

function verdictOf(walk: Walk, about: About): Verdict {
  const { end } = walk;
  switch (end.kind) {
    case 'answer':
      return answered(end.status, walk, about);
    case 'no-connection':
      return notConnected(end.code, walk, about);
    case 'no-answer':
      return verdict('warning', walk, end);
    case 'inner-host':
      return verdict('unknown', walk, end);
    case 'no-host':
      return verdict(end.answer.kind === 'none' ? 'critical' : 'unknown', walk, end);
    case 'bad-redirect':
    case 'loop':
    case 'too-long':
      return verdict('critical', walk, end);
  }
}

function answered(status: number, walk: Walk, about: About): Verdict {
  const { target, host } = about;
  const way = wayText(walk);
  if ([401, 403, 407].includes(status)) {
    const message = `HTTP ${status}${way}: a CA is not let in`;
    return {
      status: 'critical',
      message,
      cure: 'Take `/.well-known/acme-challenge/` out of what needs a login or is forbidden.',
    };
  }
  // Who answers now need not be who answers while certd listens.
  if (target.challenge.kind === 'standalone') {
    const message = `HTTP ${status}${way}, though certd does not listen now: what answers while it does cannot be seen`;
    return { status: 'unknown', message, cure: tryIt(target) };
  }
  if (status >= 500) return { status: 'critical', message: `HTTP ${status}${way}`, cure: null };
  if (status !== 404 && status !== 410) {
    const message = `HTTP ${status}${way} for a challenge that nobody has set, where 404 was expected`;
    return { status: status < 300 ? 'unknown' : 'warning', message, cure: tryIt(target) };
  }
  const stranger = strangerOf(walk, host);
  if (stranger !== null) {
    const message = `HTTP 404${way}: a challenge is looked for at ${stranger}, which is no name of certd’s`;
    return { status: 'warning', message, cure: tryIt(target) };
  }
  return asProven(`HTTP ${status}${way}, as it is to be for a challenge that nobody has set`, walk, about);
}

/** What is good as far as it was seen, which is not all of the way of a CA, unless the request came from outside. */
function asProven(message: string, walk: Walk, { target, domain, host, hasBoth }: About): Verdict {
  const reach = reachOf(walk, host);
  if (reach === 'outside') return { status: 'ok', message, cure: null };
  const proof = proofOf(domain, host);
  const way = hasBoth ? ', by IPv6 or by IPv4' : '';
  if (proof !== null)
    return { status: 'ok', message: `${message}; ${validationText(proof, host)}${way}`, cure: null };
  const last = host.validations.get(domain);
  const old = last === undefined ? '' : `; ${validationText(last, host)}, which proves no more`;
  const gap = { inside, elsewhere }[reach];
  return { status: 'unknown', message: `${message}, but ${gap}${old}`, cure: tryIt(target) };
}

const inside =
  'that request never left this host: whether firewalls and security groups let a CA in cannot be seen';
const elsewhere =
  'who answers is not known to be this host: whether a challenge gets here from there cannot be seen';

function tryIt({ name }: Target): string {
  return `Try it with a challenge: certd renew --dry-run ${name}.`;
}

function notConnected(code: string, walk: Walk, about: About): Verdict {
  const { target, host } = about;
  const { kind } = target.challenge;
  const isFirst = walk.urls.length === 1;
  const isOwnInterface = host.ownAddresses.includes(walk.address);
  if (isFirst && kind === 'standalone' && code === 'ECONNREFUSED' && isOfThisHost(walk.address, host)) {
    return asProven('nobody listens now, and certd does while a CA validates', walk, about);
  }
  const message = isFirst
    ? `nobody answers at ${atText(walk)} (${code})`
    : `nobody answers${wayText(walk)} (${code})`;
  // The kernel of this host has said so itself.
  if (isFirst && isOwnInterface && code === 'ECONNREFUSED')
    return { status: 'critical', message, cure: null };
  if (!isOfThisHost(walk.address, host)) {
    // Of its own public address behind NAT a host often sees nothing.
    return { status: 'unknown', message: `${message}, which may be so from this host alone`, cure: null };
  }
  return { status: 'warning', message, cure: null };
}

function atText({ address, urls: [first] }: Walk): string {
  const { port } = new URL(first);
  return `${isIpv6(address) ? `[${address}]` : address}:${port === '' ? '80' : port}`;
}

function verdict(status: Verdict['status'], walk: Walk, end: WalkEnd): Verdict {
  return { status, message: `${endText(end)}${wayText(walk)}`, cure: null };
}

function wayText({ urls }: Walk): string {
  if (urls.length === 1) return '';
  return ` after ${urls.length === 2 ? 'a redirect' : `${urls.length - 1} redirects`} to ${new URL(urls.at(-1) ?? '').origin}`;
}

/** The host that has the last word, where it is no name of a certificate here and has no address of this host. */
function strangerOf({ urls }: Walk, { targets }: SeenNames): string | null {
  const { hostname } = new URL(urls.at(-1) ?? '');
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return targets.some(({ domains }) => domains.includes(host)) ? null : host;
}
