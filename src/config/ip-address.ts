import { isIPv4 } from 'node:net';
import { addressText } from '../core/text/ip-address.ts';
import type { Reading } from './reading.ts';

/** An IP address among the domains (RFC 8738) in its one text; null where `text` is meant as something else. */
export function readAddress(text: string): Reading<string> | null {
  const [, inside, after = ''] = /^\[([^\]]*)\](.*)$/.exec(text) ?? [];
  if (inside !== undefined) return readBracketed(text, inside, after);
  const address = addressText(text);
  if (address !== null) return accepted(address);
  const [, host = '', behind = ''] = /^([^/%]*)([/%].*)$/.exec(text) ?? /^([\d.]+)(:\d+)$/.exec(text) ?? [];
  if (addressText(host) !== null) return { problem: problemOf(text, behind) };
  return text.split(':').length > 2 && !/[/@]/.test(text) ? { problem: noAddress(text) } : null;
}

function readBracketed(text: string, inside: string, after: string): Reading<string> {
  const address = addressText(inside);
  if (address === null || isIPv4(inside)) return { problem: noAddress(text) };
  return after === '' ? accepted(address) : { problem: problemOf(text, after) };
}

/** An IPv4 address as an IPv6 one (RFC 4291 §2.5.5.2) is nothing that a client connects to or a CA issues for. */
function accepted(address: string): Reading<string> {
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return { value: address };
  const bytes = [high, low].flatMap(group => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return { problem: `${address} is the IPv4 address ${bytes.join('.')} in another form: write that` };
}

function problemOf(text: string, behind: string): string {
  if (behind.startsWith('/')) return `${text} is a network: a certificate names addresses one by one`;
  if (behind.startsWith('%')) return `${text} has a zone, which means something on one host alone`;
  return `write the address alone, without ${JSON.stringify(behind)}`;
}

function noAddress(text: string): string {
  return `${JSON.stringify(text)} is no IPv6 address`;
}
