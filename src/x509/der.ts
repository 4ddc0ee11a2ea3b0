import { CertdError } from '../core/errors.ts';

/** One DER element: `bytes` is the whole buffer, the content lies in [start, end). */
export type DerNode = {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
};

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
} as const;

/**
 * Reads the one element that fills `bytes` (X.690 §8.1, definite lengths only, as DER demands).
 * Throws `certificate-unreadable` where a length points outside, or anything follows the element.
 */
export function readDer(bytes: Uint8Array): DerNode {
  const node = readNode(bytes, 0, bytes.length);
  if (node.end !== bytes.length) throw unreadable('trailing bytes', node.end);
  return node;
}

/** The elements inside a constructed one. Each step consumes at least two bytes, so it always ends. */
export function children(parent: DerNode): readonly DerNode[] {
  const found: DerNode[] = [];
  for (let offset = parent.start; offset < parent.end; ) {
    const node = readNode(parent.bytes, offset, parent.end);
    found.push(node);
    offset = node.end;
  }
  return found;
}

/** The content of an element, without its header. */
export function content(node: DerNode): Uint8Array {
  return node.bytes.subarray(node.start, node.end);
}

/** The `index`th of some elements, which must be there and, where given, have this tag. */
export function pick(nodes: readonly DerNode[], index: number, tag?: number): DerNode {
  const node = nodes.at(index);
  if (node === undefined) throw unreadable('a missing element', index);
  if (tag !== undefined && node.tag !== tag)
    throw unreadable(`tag ${node.tag} instead of ${tag}`, node.start);
  return node;
}

function readNode(bytes: Uint8Array, offset: number, limit: number): DerNode {
  const tag = byteAt(bytes, offset, limit);
  // The high-tag-number form does not occur in a certificate (RFC 5280).
  if ((tag & 0x1f) === 0x1f) throw unreadable('a multi-byte tag', offset);
  const { length, start } = readLength(bytes, offset + 1, limit);
  if (length > limit - start) throw unreadable('a length beyond its parent', offset);
  return { tag, bytes, start, end: start + length };
}

function readLength(bytes: Uint8Array, offset: number, limit: number): { length: number; start: number } {
  const first = byteAt(bytes, offset, limit);
  if (first < 0x80) return { length: first, start: offset + 1 };
  const count = first & 0x7f;
  // Four bytes hold any certificate; 0x80 is BER's indefinite form.
  if (count === 0 || count > 4) throw unreadable('a length that DER does not allow', offset);
  let length = 0;
  for (let i = 1; i <= count; i += 1) length = length * 256 + byteAt(bytes, offset + i, limit);
  return { length, start: offset + 1 + count };
}

function byteAt(bytes: Uint8Array, offset: number, limit: number): number {
  const byte = offset < limit ? bytes[offset] : undefined;
  if (byte === undefined) throw unreadable('an end inside an element', offset);
  return byte;
}

function unreadable(what: string, at: number): CertdError {
  return new CertdError('certificate-unreadable', `The certificate's DER has ${what} (at ${at}).`);
}
