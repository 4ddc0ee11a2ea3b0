import { isIPv4, isIPv6 } from 'node:net';
import { type ListenAddress, shortestIpv6 } from '../core/text/listen-address.ts';
import type { Reading } from './reading.ts';

/** `0.0.0.0:80` or `[::]:80`: an IP address of this host and a port from 1 to 65535. */
export function readListenAddress(text: string): Reading<ListenAddress> {
  const [, host = '', digits = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
  const address = addressOf(host);
  if (address === null) return { problem: addressProblem(text, host) };
  const port = Number(digits);
  if (port >= 1 && port <= 65_535 && !digits.startsWith('0')) return { value: { address, port } };
  return { problem: `${JSON.stringify(text)} has no port from 1 to 65535` };
}

function addressOf(host: string): string | null {
  if (isIPv4(host)) return host;
  const inside = /^\[([^%]*)\]$/.exec(host)?.[1];
  return inside !== undefined && isIPv6(inside) ? shortestIpv6(inside) : null;
}

function addressProblem(text: string, host: string): string {
  if (isIPv4(text) || addressOf(text) !== null) return `${text} lacks a port: write "${text}:80"`;
  if (isIPv6(text)) return `${text} lacks brackets and a port: write "[${text}]:80"`;
  if (isIPv6(host)) return `${text} lacks brackets: write "[${host}]${text.slice(host.length)}"`;
  return `${JSON.stringify(text)} is no IP address with a port, such as "0.0.0.0:80" or "[::]:80"`;
}
