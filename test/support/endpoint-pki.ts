import { createHash } from 'node:crypto';
import { lookup } from 'node:dns';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Presented } from '../../src/core/deploy/presented.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import { probe } from '../../src/endpoint/probe.ts';
import { clientOptions, type KeyFamily } from '../../src/x509/key-algorithms.ts';
import { derOf } from '../../src/x509/pem.ts';
import { makeCa, makeLeaf, type TestCa } from './make-cert.ts';
import { makeEndpoint } from './make-observed.ts';

/** What a server is given to present. */
type ServedPair = { readonly cert: string; readonly key: string };

/** A root, an intermediate, and two certificates for the same names. */
export type EndpointPki = {
  readonly root: TestCa;
  readonly intermediate: TestCa;
  readonly ecdsa: ServedPair & { readonly leafPem: string; readonly fingerprint: string };
  readonly rsa: ServedPair & { readonly leafPem: string; readonly fingerprint: string };
  readonly trust: Readonly<Record<KeyFamily, SecureContext>>;
};

/** The end of every leaf. */
export const pkiEnd = Date.parse('2034-05-06T07:08:09Z');

export async function makeEndpointPki(): Promise<EndpointPki> {
  const notAfter = new Date(pkiEnd);
  const root = await makeCa('endpoint root', undefined, { notAfter });
  const intermediate = await makeCa('endpoint intermediate', root, { notAfter });
  const pairOf = async (keyType: 'ecdsa-p256' | 'rsa-2048') => {
    const domains = ['a.example', 'localhost', '127.0.0.1', '::1'];
    const { pem, keyPem } = await makeLeaf(intermediate, { domains, keyType, notAfter });
    const fingerprint = createHash('sha256').update(derOf(pem)).digest('hex');
    return { cert: pem + intermediate.pem, key: keyPem, leafPem: pem, fingerprint };
  };
  const trustOf = (family: KeyFamily) => createSecureContext({ ca: root.pem, ...clientOptions(family) });
  return {
    root,
    intermediate,
    ecdsa: await pairOf('ecdsa-p256'),
    rsa: await pairOf('rsa-2048'),
    trust: { ecdsa: trustOf('ecdsa'), rsa: trustOf('rsa') },
  };
}

/** A short limit for a look that is to end by it; where anything else is to be found, a busy machine has its time. */
export function limitOf(detail: string): Pick<Endpoint, 'timeoutMs'> | null {
  return detail.endsWith(' within 0.3 s') ? { timeoutMs: 300 } : null;
}

/** One look at a port of 127.0.0.1, asked for a.example, unless something else is said. */
export function lookAt(
  { trust }: EndpointPki,
  change: Partial<Endpoint> & Pick<Endpoint, 'port'>,
  more: { readonly family?: KeyFamily; readonly signal?: AbortSignal } = {},
): Promise<Presented> {
  const signal = more.signal ?? new AbortController().signal;
  return probe(
    makeEndpoint(change),
    { trust: trust[more.family ?? 'ecdsa'], lookups: () => ({ lookup }) },
    signal,
  );
}
