import type { Target } from '../../core/model.ts';
import { firstNames } from '../../core/text/first-names.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import type { Finding } from '../finding.ts';
import { neverLeft, proofOf } from '../sites/walk-reach.ts';
import { endText } from '../sites/walk-text.ts';
import { isOfThisHost } from './address-findings.ts';
import { findingsOfNames, type Verdict } from './name-verdicts.ts';
import type { SeenNames, Walk } from './seen-names.ts';

/** Whether each IPv6 address of a name answers as its IPv4 addresses do: a CA that has both takes IPv6. */
export function ipv6Findings(host: SeenNames): readonly Finding[] {
  return findingsOfNames('ipv6-answers', host, (look, target, _, domain) => {
    const verdicts = (look?.walks6 ?? []).flatMap(
      walk6 => verdictOf(walk6, look?.walks4 ?? [], { target, domain, host }) ?? [],
    );
    return [...new Map(verdicts.map(each => [each.message, each])).values()];
  });
}

type About = { readonly target: Target; readonly domain: string; readonly host: SeenNames };

/** connect(2) and ipv6(7): the host itself has no way there. */
const noIpv6Here = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Null where there is nothing to hold the IPv6 address against, or neither answers: the path is judged by itself. */
function verdictOf(walk6: Walk, walks4: readonly Walk[], about: About): Verdict | null {
  if (missesIpv6(about.target, walk6, about.host)) {
    const message = `has the IPv6 address ${walk6.address} of this host, and certd is not to listen by IPv6`;
    return {
      status: 'warning',
      message,
      cure: 'Add "[::]:80" to `listen` of the challenge, or remove the AAAA record.',
    };
  }
  if (walks4.length === 0) return null;
  const { end } = walk6;
  if (end.kind === 'no-connection') return notConnected(walk6, end.code, walks4);
  const by6 = lastOf(walk6);
  const by4 = [...new Set(walks4.map(lastOf))];
  if (!by4.includes(by6)) {
    const others = walks4.map(walk => `${walk.address}: ${lastOf(walk)}`);
    const message = `answers otherwise by IPv6 (${walk6.address}: ${by6}) than by IPv4 (${firstNames(others, 2)}), and a CA takes IPv6`;
    return { status: 'warning', message, cure: null };
  }
  return end.kind === 'answer' ? answersAlike(walk6, about) : null;
}

function notConnected({ address }: Walk, code: string, walks4: readonly Walk[]): Verdict | null {
  if (noIpv6Here.includes(code)) {
    const message = `has the IPv6 address ${address}; this host has no way to try it (${code})`;
    return { status: 'unknown', message, cure: elsewhereCure };
  }
  if (walks4.every(({ end }) => end.kind === 'no-connection')) return null;
  const message = `nobody answers at its IPv6 address ${address} (${code}), and by IPv4 somebody does; Let’s Encrypt tries IPv6 first and goes on by IPv4 only where nothing comes back at all`;
  return { status: 'warning', message, cure: null };
}

const elsewhereCure = 'Try it from a host with IPv6: `curl -6 http://NAME/`.';

/** Null where a CA has validated the name not long ago, by whichever of both: then the finding of the path says so. */
function answersAlike(walk6: Walk, { domain, host }: About): Verdict | null {
  if (!neverLeft(walk6, host)) return { status: 'ok', message: 'answers by IPv6 as by IPv4', cure: null };
  if (proofOf(domain, host) !== null) return null;
  const message = `answers by IPv6 as by IPv4, but the request to ${walk6.address} never left this host: whether firewalls and security groups let IPv6 in cannot be seen`;
  return { status: 'unknown', message, cure: elsewhereCure };
}

function missesIpv6({ challenge }: Target, { address }: Walk, host: SeenNames): boolean {
  if (challenge.kind !== 'standalone' || !isOfThisHost(address, host)) return false;
  return !challenge.listen.some(listen => isIpv6(listen.address));
}

function lastOf({ end, urls }: Walk): string {
  const { origin } = new URL(urls.at(-1) ?? '');
  return urls.length === 1 ? endText(end) : `${endText(end)} of ${origin}`;
}
