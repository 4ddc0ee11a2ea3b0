import type { LookupFunction } from 'node:net';
import type { Presented } from '../core/deploy/presented.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { KeyType } from '../core/model.ts';
import { probe } from '../endpoint/probe.ts';
import { clientOptions, keyFamily } from '../x509/key-algorithms.ts';
import { openTrust, type Rooted } from './trust.ts';

/** The certificate that an endpoint is to present, as far as a client has to know it beforehand. */
export type Awaited = Rooted & { readonly keyType: KeyType };

/** One look at an endpoint. Throws `roots-unusable` and `stopped`. */
export type EndpointLook = (endpoint: Endpoint, awaited: Awaited, signal: AbortSignal) => Promise<Presented>;

/** Looks with what a client of the certificate has: its CA’s roots and the algorithms of its key’s type. */
export function openEndpointLook(
  lookups: (limit: AbortSignal) => { readonly lookup: LookupFunction },
): EndpointLook {
  const trusts = { ecdsa: openTrust(clientOptions('ecdsa')), rsa: openTrust(clientOptions('rsa')) };
  return async (endpoint, awaited, signal) => {
    const trust = await trusts[keyFamily(awaited.keyType)](awaited);
    return probe(endpoint, { trust, lookups }, signal);
  };
}
