import { isIpv6 } from '../core/listen-address.ts';
import type { Target } from '../core/model.ts';
import { isOfThisHost } from './address-findings.ts';
import type { Finding } from './finding.ts';
import { findingsOfNames, type Verdict } from './name-verdicts.ts';
import type { NameLook, SeenNames, Walk } from './seen-names.ts';
import { endText } from './walk-text.ts';

/** Whether the IPv6 address of a name answers as its IPv4 address does: a CA that has both takes IPv6. */
export function ipv6Findings(host: SeenNames): readonly Finding[] {
  return findingsOfNames('ipv6-answers', host, (...seen) => {
    const verdict = verdictOf(...seen);
    return verdict === null ? [] : [verdict];
  });
}

/** connect(2) and ipv6(7): the host itself has no way there. */
const noIpv6Here = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Null where there is no IPv6 address, or nothing to hold it against: the path is judged by itself. */
function verdictOf(look: NameLook | null, target: Target, host: SeenNames): Verdict | null {
  const [walk6] = look?.walks6 ?? [];
  const [walk4] = look?.walks4 ?? [];
  if (walk6 === undefined) return null;
  if (missesIpv6(target, walk6, host)) {
    const message = `has the IPv6 address ${walk6.address} of this host, and certd is not to listen by IPv6`;
    return {
      status: 'warning',
      message,
      cure: 'Add "[::]:80" to `listen` of the challenge, or remove the AAAA record.',
    };
  }
  if (walk4 === undefined) return null;
  const { end } = walk6;
  if (end.kind === 'no-connection' && noIpv6Here.includes(end.code)) {
    const message = `has the IPv6 address ${walk6.address}; this host has no way to try it (${end.code})`;
    return { status: 'unknown', message, cure: 'Try it from a host with IPv6: `curl -6 http://NAME/`.' };
  }
  if (end.kind === 'no-connection') {
    if (walk4.end.kind === 'no-connection') return null;
    const message = `nobody answers at its IPv6 address ${walk6.address} (${end.code}), and by IPv4 somebody does; Let’s Encrypt tries IPv6 first and goes on by IPv4 only where nothing comes back at all`;
    return { status: 'warning', message, cure: null };
  }
  const [by6, by4] = [lastOf(walk6), lastOf(walk4)];
  if (by6 === by4) return { status: 'ok', message: `answers by IPv6 as by IPv4`, cure: null };
  const message = `answers otherwise by IPv6 (${walk6.address}: ${by6}) than by IPv4 (${walk4.address}: ${by4}), and a CA takes IPv6`;
  return { status: 'warning', message, cure: null };
}

function missesIpv6({ challenge }: Target, { address }: Walk, host: SeenNames): boolean {
  if (challenge.kind !== 'standalone' || !isOfThisHost(address, host)) return false;
  return !challenge.listen.some(listen => isIpv6(listen.address));
}

function lastOf({ end, urls }: Walk): string {
  const { origin } = new URL(urls.at(-1) ?? '');
  return urls.length === 1 ? endText(end) : `${endText(end)} of ${origin}`;
}
