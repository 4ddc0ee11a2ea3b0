import { challengeUrl } from '../../core/issue/challenge-url.ts';
import { addressText } from '../../core/text/ip-address.ts';
import type { NameTools } from '../names/name-tools.ts';
import { isPublicAddress } from '../names/public-address.ts';
import type { Walk, WalkEnd } from '../names/seen-names.ts';

/** What Let’s Encrypt allows (boulder, va/http.go); others allow no more. */
const mostRedirects = 10;
const longestPath = 2000;
const redirects = [301, 302, 303, 307, 308];

export type WalkRules = {
  /** The port that the CA begins with: 80, but for test CAs. */
  readonly port: number;
  /** Whether a name is one of the configuration. Nobody but these may lead doctor to an address that is not public. */
  readonly isOwn: (host: string) => boolean;
};

/** Asks for a challenge that nobody has set as a CA does, from this address on. */
export async function walkFrom(
  domain: string,
  address: string,
  rules: WalkRules,
  tools: NameTools,
): Promise<Walk> {
  const first = challengeUrl(domain, rules.port, tools.newToken());
  const urls: [string, ...string[]] = [first.href];
  const later: string[] = [];
  let at: Place = { url: first, address };
  for (let count = 0; count <= mostRedirects; count += 1) {
    const next = await step(at, rules, tools);
    if ('end' in next) return { address, later, urls, end: next.end };
    const { href } = next.url;
    if (urls.includes(href)) return { address, later, urls, end: { kind: 'loop' } };
    urls.push(href);
    later.push(next.address);
    at = next;
  }
  return { address, later, urls, end: { kind: 'too-long' } };
}

type Place = { readonly url: URL; readonly address: string };
type Step = Place | { readonly end: WalkEnd };

async function step({ url, address }: Place, rules: WalkRules, tools: NameTools): Promise<Step> {
  const code = await tools.connect(address, portOf(url));
  if (code !== null) return { end: { kind: 'no-connection', code } };
  const found = await tools.get(url, address);
  if ('code' in found) return { end: { kind: 'no-answer', code: found.code } };
  const { status, location } = found;
  if (!redirects.includes(status) || location === null) return { end: { kind: 'answer', status } };
  const next = URL.parse(location, url.href);
  const fault = next === null ? 'to no URL' : faultOf(next, rules);
  if (next === null || fault !== null) return { end: { kind: 'bad-redirect', why: fault ?? '' } };
  // Its fragment is not sent, and does not make it another one.
  next.hash = '';
  return next.hostname === url.hostname ? { url: next, address } : toHost(next, rules, tools);
}

function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** Why no CA follows this redirect, in words; null where it does. */
function faultOf(next: URL, rules: WalkRules): string | null {
  if (next.protocol !== 'http:' && next.protocol !== 'https:') return `to a URL of ${next.protocol}`;
  const port = portOf(next);
  if (![80, 443, rules.port].includes(port)) return `to port ${port}; only 80 and 443 are followed`;
  if (next.pathname.length + next.search.length > longestPath)
    return `to a path of more than ${longestPath} bytes`;
  const address = addressIn(next);
  if (address === null || isPublicAddress(address) || rules.isOwn(address)) return null;
  return `to ${address}, which is no address of the internet`;
}

function addressIn({ hostname }: URL): string | null {
  return addressText(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** As a CA does, by IPv6 where that can be had. */
async function toHost(url: URL, rules: WalkRules, tools: NameTools): Promise<Step> {
  const literal = addressIn(url);
  if (literal !== null) return { url, address: literal };
  const [ipv6, ipv4] = await Promise.all([tools.ipv6(url.hostname), tools.ipv4(url.hostname)]);
  const addresses = [ipv6, ipv4].flatMap(answer =>
    answer.kind === 'found' ? answer.values.slice(0, 1) : [],
  );
  const [first, second] = addresses;
  if (first === undefined) return { end: { kind: 'no-host', host: url.hostname, answer: ipv4 } };
  const inner = addresses.find(address => !isPublicAddress(address));
  if (inner !== undefined && !rules.isOwn(url.hostname)) {
    return { end: { kind: 'inner-host', host: url.hostname, address: inner } };
  }
  if (second === undefined || (await tools.connect(first, portOf(url))) === null)
    return { url, address: first };
  return { url, address: second };
}
