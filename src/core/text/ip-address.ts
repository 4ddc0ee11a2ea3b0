import { shortestIpv6 } from './listen-address.ts';

/**
 * The one text of an IP address: RFC 5952 §4 for IPv6, four numbers without leading zeros for IPv4. Null where
 * `text` is no address; one with brackets, a zone, a prefix length or a port is none.
 */
export function addressText(text: string): string | null {
  if (ipv4.test(text)) return text;
  return /^[0-9A-Fa-f:.]+$/.test(text) && URL.canParse(`http://[${text}]`) ? shortestIpv6(text) : null;
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Whether a certificate's domain is an IP address: no DNS name holds a colon or ends in a number. */
export function isAddress(domain: string): boolean {
  return domain.includes(':') || /(?:^|\.)\d+$/.test(domain);
}
