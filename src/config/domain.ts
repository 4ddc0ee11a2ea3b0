import { domainToASCII } from 'node:url';
import { readAddress } from './ip-address.ts';
import type { Reading } from './reading.ts';

/**
 * One domain of a certificate as A-labels in lower case (RFC 5890 §2.3.2.1; letters, digits and hyphens,
 * RFC 1123 §2.1), or one IP address. A name of one label passes here: private authorities issue for such.
 */
export function readDomain(text: string): Reading<string> {
  const address = readAddress(text);
  if (address !== null) return address;
  const shape = shapeProblem(text);
  if (shape !== null) return { problem: shape };
  const ascii = toAscii(text);
  if (ascii === null) return { problem: `${JSON.stringify(text)} cannot be written as a domain name` };
  const problem = nameProblem(ascii);
  return problem === null ? { value: ascii } : { problem };
}

function shapeProblem(text: string): string | null {
  if (text.includes('*')) {
    return `${JSON.stringify(text)} is a wildcard, which HTTP-01 cannot prove (CA/B Baseline Requirements 3.2.2.4.19); list the names one by one`;
  }
  const scheme = /^[a-z]+:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) return `write the domain alone, without ${scheme}`;
  if (/[:/@]/.test(text)) return `${JSON.stringify(text)} is more than a domain: no port, path or @`;
  if (text.endsWith('.')) return `${JSON.stringify(text)} ends with a dot; write it without`;
  return null;
}

/** Null where IDNA cannot map it. Only what is not ASCII goes through the mapper: it also decodes %41 and 0x7f.1. */
function toAscii(text: string): string | null {
  if (isAscii(text)) return text.toLowerCase();
  // The mapper lets ASCII that is no letter, digit or hyphen into an A-label (UTS 46, UseSTD3ASCIIRules=false).
  const beyondLdh = [...text.normalize('NFKC').replace(/[A-Za-z0-9.-]/g, '')];
  if (beyondLdh.some(isAscii)) return null;
  const mapped = domainToASCII(text);
  return mapped === '' ? null : mapped;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function nameProblem(name: string): string | null {
  if (name === '') return 'the domain is empty';
  if (name.length > 253) return `the domain is ${name.length} characters long; 253 is the limit`;
  const labels = name.split('.');
  const bad = labels.find(label => !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label));
  if (bad === '') return `${JSON.stringify(name)} has an empty part between two dots`;
  if (bad !== undefined) {
    return `${JSON.stringify(name)} is no domain name: ${JSON.stringify(bad)} may hold only letters, digits and inner hyphens`;
  }
  const long = labels.find(label => label.length > 63);
  if (long !== undefined) return `the part ${JSON.stringify(long)} is longer than 63 characters`;
  if (/^\d+$/.test(labels.at(-1) ?? ''))
    return `${JSON.stringify(name)} ends in a number: that is neither a domain nor an IP address`;
  return null;
}
