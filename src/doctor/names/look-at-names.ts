import { isAddress } from '../../core/text/ip-address.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import { openSlots } from '../../host/slots.ts';
import { type WalkRules, walkFrom } from '../sites/challenge-walk.ts';
import type { CaaRecord } from './caa.ts';
import type { NameTools } from './name-tools.ts';
import type { CaaLook, DnsAnswer, NameLook, Walk } from './seen-names.ts';

/** So many names are looked at at once. */
const atOnce = 16;

/** So many addresses of a family are tried: a CA takes one of them, and nobody knows which. */
const mostAddresses = 4;

/**
 * Looks at each domain or IP address: what the name servers say, and what answers there. `portOf`: where the CA of a
 * domain connects. Null for what was not looked at to its end before `limit`, which `tools` know, too.
 */
export async function lookAtNames(
  domains: readonly string[],
  portOf: (domain: string) => number,
  tools: NameTools,
  limit: AbortSignal,
): Promise<ReadonlyMap<string, NameLook | null>> {
  const distinct = [...new Set(domains)];
  const inTurn = openSlots(atOnce);
  const caaOf = rememberCaa(tools);
  const isOwn = (host: string) => distinct.includes(host);
  const looks = await Promise.all(
    distinct.map(domain =>
      inTurn(async () => {
        if (limit.aborted) return [domain, null] as const;
        const rules = { port: portOf(domain), isOwn };
        const [addresses, caa] = await Promise.all([
          addressesAndWalks(domain, rules, tools),
          isAddress(domain) ? null : caaLook(domain, caaOf),
        ]);
        // What was given up by then would look like silence.
        return [domain, limit.aborted ? null : { ...addresses, caa }] as const;
      }),
    ),
  );
  return new Map(looks);
}

async function addressesAndWalks(domain: string, rules: WalkRules, tools: NameTools) {
  const [ipv4, ipv6] = await addressesOf(domain, tools);
  const walks = (answer: DnsAnswer<string>): Promise<readonly Walk[]> => {
    const addresses = answer.kind === 'found' ? answer.values.slice(0, mostAddresses) : [];
    return Promise.all(addresses.map(address => walkFrom(domain, address, rules, tools)));
  };
  const [walks4, walks6] = await Promise.all([walks(ipv4), walks(ipv6)]);
  return { ipv4, ipv6, walks4, walks6 };
}

async function addressesOf(domain: string, tools: NameTools) {
  if (!isAddress(domain)) return Promise.all([tools.ipv4(domain), tools.ipv6(domain)]);
  const itself = { kind: 'found', values: [domain] } as const;
  const none = { kind: 'none', why: 'no-record' } as const;
  return isIpv6(domain) ? ([none, itself] as const) : ([itself, none] as const);
}

type CaaQuestion = (name: string) => Promise<DnsAnswer<CaaRecord>>;

/** Names of one zone have the same names above them. */
function rememberCaa(tools: NameTools): CaaQuestion {
  const asked = new Map<string, Promise<DnsAnswer<CaaRecord>>>();
  return name => {
    const answer = asked.get(name) ?? tools.caa(name);
    asked.set(name, answer);
    return answer;
  };
}

/** RFC 8659 §3: up from the name itself, without the root. A CNAME is followed by the name server. */
async function caaLook(domain: string, caaOf: CaaQuestion): Promise<CaaLook> {
  const labels = domain.split('.');
  const names = labels.map((_, index) => labels.slice(index).join('.'));
  const answers = await Promise.all(names.map(async name => ({ name, answer: await caaOf(name) })));
  for (const { name, answer } of answers) {
    if (answer.kind === 'found') return { kind: 'found', at: name, records: answer.values };
    if (answer.kind === 'failed') return { kind: 'failed', at: name, why: answer.why };
  }
  return { kind: 'none' };
}
