import type { Target } from '../../core/model.ts';
import { firstNames } from '../../core/text/first-names.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import type { Finding } from '../finding.ts';
import { findingsOfNames, type Verdict } from './name-verdicts.ts';
import { isLoopback, isPublicAddress } from './public-address.ts';
import type { DnsAnswer, NameLook, SeenNames } from './seen-names.ts';

/** Whether the addresses of each name lead to this host. */
export function addressFindings(host: SeenNames): readonly Finding[] {
  return findingsOfNames('name-address', host, (look, target, seen) => [verdictOf(look, target, seen)]);
}

function verdictOf(look: NameLook | null, target: Target, host: SeenNames): Verdict {
  if (look === null) return { status: 'unknown', message: 'there was no time left for it', cure: tooMany };
  const addresses = addressesOf(look);
  if (addresses.length === 0) return withoutAddress(look);
  const half = [look.ipv4, look.ipv6].find(({ kind }) => kind === 'failed');
  if (half !== undefined) {
    const message = `leads to ${firstNames(addresses, 4)}, but the name servers do not say whether to more: ${failureText(half)}`;
    return { status: 'warning', message, cure: askThem };
  }
  return leadsTo(addresses, target, host);
}

const tooMany = 'Run doctor again; where name servers are silent, mend that first.';
const addOne = 'Add an A record with the address of this host, or take the name out of `domains`.';
const askThem = 'Look at the zone and its DNSSEC with a resolver that is not this host’s: `dig NAME`.';

/** Both families, IPv4 first. */
function addressesOf({ ipv4, ipv6 }: NameLook): readonly string[] {
  return [ipv4, ipv6].flatMap(answer => (answer.kind === 'found' ? answer.values : []));
}

/** Whether it is an address by which this host is reached, as far as it knows. */
export function isOfThisHost(address: string, { ownAddresses, cloud }: SeenNames): boolean {
  return ownAddresses.includes(address) || (cloud?.addresses ?? []).includes(address);
}

function withoutAddress({ ipv4, ipv6 }: NameLook): Verdict {
  const answers = [ipv4, ipv6];
  if (answers.some(answer => answer.kind === 'none' && answer.why === 'no-name')) {
    return { status: 'critical', message: 'does not exist in DNS (NXDOMAIN)', cure: addOne };
  }
  const failed = answers.find(({ kind }) => kind === 'failed');
  if (failed === undefined)
    return { status: 'critical', message: 'has neither A nor AAAA record', cure: addOne };
  // The name servers of this host may be at fault, and those of a CA well.
  const status = failed.kind === 'failed' && failed.why === 'SERVFAIL' ? 'warning' : 'unknown';
  return { status, message: `its addresses are not known: ${failureText(failed)}`, cure: askThem };
}

function failureText(answer: DnsAnswer<string>): string {
  if (answer.kind !== 'failed') return '';
  if (answer.why === 'SERVFAIL') return 'SERVFAIL, and a CA that gets the same refuses';
  return answer.why === 'silence' ? 'the name servers are silent' : 'the name servers refuse';
}

function leadsTo(addresses: readonly string[], target: Target, host: SeenNames): Verdict {
  const here = addresses.filter(address => isOfThisHost(address, host));
  const elsewhere = addresses.filter(address => !here.includes(address));
  const isForInternet = target.cas.some(({ name }) => host.cas.get(name)?.caa != null);
  // A CA of one's own may be inside, too. Nobody but this host reaches it by a loopback address.
  const inner = addresses.filter(
    address => isLoopback(address) || (isForInternet && !isPublicAddress(address)),
  );
  if (inner.length > 0) {
    const message = `the name servers of this host say ${firstNames(inner, 3)}, by which no CA reaches this host; what they tell others cannot be seen from here`;
    const cure =
      'Ask a name server outside, for example `dig NAME @9.9.9.9`, and correct the zone where it says the same.';
    return { status: 'unknown', message, cure };
  }
  if (elsewhere.length === 0)
    return { status: 'ok', message: `leads to this host, ${firstNames(here, 4)}`, cure: null };
  return ofOthers(elsewhere, here, host);
}

function ofOthers(elsewhere: readonly string[], here: readonly string[], host: SeenNames): Verdict {
  const known = knownAddresses(host);
  // An IPv6 address is the host’s own or somebody else’s; the IPv4 address in front of a host stands on none of its interfaces.
  const isStrange = elsewhere.some(address => (isIpv6(address) ? known.any : known.ipv4).length > 0);
  const there = firstNames(elsewhere, 3);
  const leads =
    here.length > 0
      ? `leads to this host, ${firstNames(here, 3)}, and also to ${there}`
      : `leads to ${there}`;
  if (!isStrange) {
    const message = `${leads}; whether that is this host cannot be told, for ${known.gap}`;
    return { status: 'unknown', message, cure: null };
  }
  const message = here.length > 0 ? leads : `${leads}; this host has ${firstNames(known.any, 3)}`;
  return { status: 'warning', message, cure: null };
}

type Known = {
  readonly any: readonly string[];
  /** Empty where others may lead here, too. */
  readonly ipv4: readonly string[];
  /** What is not known of IPv4, in words. */
  readonly gap: string;
};

/** The addresses by which the internet reaches this host, as far as it knows. */
function knownAddresses({ ownAddresses, cloud }: SeenNames): Known {
  const all = [...ownAddresses, ...(cloud?.addresses ?? [])];
  const any = [...new Set(all)].filter(isPublicAddress);
  const ipv4 = any.filter(address => !isIpv6(address));
  if (cloud !== null && !cloud.isAllIpv4)
    return { any, ipv4: [], gap: 'its cloud does not say all of its addresses' };
  const kind = any.length === 0 ? 'address' : 'IPv4 address';
  return { any, ipv4, gap: `it has no public ${kind} of its own` };
}
