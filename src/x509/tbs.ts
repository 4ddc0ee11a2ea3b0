import { children, content, type DerNode, pick, readDer, tags } from './der.ts';

/** The parts of a certificate that Node's X509Certificate does not give as the CA encoded them. */
export type Tbs = {
  /** The INTEGER's content octets: with the leading 00 of a serial whose first bit is set. */
  readonly serial: Uint8Array;
  /** The content of an extension's OCTET STRING by its object identifier (hex of the DER content). */
  readonly extension: (oidHex: string) => DerNode | null;
};

/** Walks Certificate -> TBSCertificate (RFC 5280 §4.1). Throws `certificate-unreadable`. */
export function readTbs(der: Uint8Array): Tbs {
  const certificate = readDer(der);
  const tbs = children(pick(children(certificate), 0, tags.sequence));
  // version is [0] EXPLICIT and left out for v1.
  const first = pick(tbs, 0).tag === 0xa0 ? 1 : 0;
  const serial = content(pick(tbs, first, tags.integer));
  const extensions = tbs.find(node => node.tag === 0xa3);
  return { serial, extension: oidHex => findExtension(extensions ?? null, oidHex) };
}

function findExtension(wrapper: DerNode | null, oidHex: string): DerNode | null {
  if (wrapper === null) return null;
  for (const extension of children(pick(children(wrapper), 0, tags.sequence))) {
    const parts = children(extension);
    if (Buffer.from(content(pick(parts, 0, tags.oid))).toString('hex') !== oidHex) continue;
    // The value is last: `critical` may stand between.
    return readDer(content(pick(parts, -1, tags.octetString)));
  }
  return null;
}
