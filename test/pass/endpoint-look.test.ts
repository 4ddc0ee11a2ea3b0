import { lookup } from 'node:dns';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Presented } from '../../src/core/deploy/presented.ts';
import { openEndpointLook } from '../../src/pass/endpoint-look.ts';
import type { Roots } from '../../src/pass/trust.ts';
import { type EndpointPki, makeEndpointPki } from '../support/endpoint-pki.ts';
import { tlsServer } from '../support/endpoint-servers.ts';
import { makeEndpoint } from '../support/make-observed.ts';
import { ownDir } from '../support/state-dir.ts';

let pki: EndpointPki;
const look = openEndpointLook(() => ({ lookup }));
const { signal } = new AbortController();

beforeAll(async () => {
  pki = await makeEndpointPki();
});

/** What a server with both certificates shows to who awaits the one. */
async function presented(family: 'ecdsa' | 'rsa', roots: Roots): Promise<Presented> {
  const both = { cert: [pki.rsa.cert, pki.ecdsa.cert], key: [pki.rsa.key, pki.ecdsa.key] };
  const endpoint = makeEndpoint({ port: await tlsServer(both) });
  const keyType = family === 'rsa' ? 'rsa-3072' : 'ecdsa-p384';
  return look(endpoint, { keyType, roots, fullchainPem: pki[family].cert }, signal);
}

it.each(['ecdsa', 'rsa'] as const)(
  'trusts the roots of the CA alone, of a certificate with %s',
  async family => {
    const fingerprintSha256 = pki[family].fingerprint;
    const file = rootsFile(pki.root.pem);
    expect(await presented(family, { file })).toMatchObject({ fingerprintSha256, fault: null });
    expect(await presented(family, 'system')).toMatchObject({
      fingerprintSha256,
      fault: { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
    });
  },
);

it('trusts where the chain leads to by its own word, where nobody trusts the CA', async () => {
  expect(await presented('ecdsa', 'any')).toMatchObject({ fault: null });
  const stranger = await makeEndpointPki();
  const endpoint = makeEndpoint({ port: await tlsServer(stranger.ecdsa) });
  const awaited = { keyType: 'ecdsa-p256', roots: 'any', fullchainPem: pki.ecdsa.cert } as const;
  expect(await look(endpoint, awaited, signal)).toMatchObject({
    fault: { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
  });
});

it('says so where the roots cannot be read', async () => {
  await expect(presented('ecdsa', { file: rootsFile('no certificate') })).rejects.toMatchObject({
    code: 'roots-unusable',
  });
});

function rootsFile(text: string): string {
  const file = join(ownDir(), 'roots.pem');
  writeFileSync(file, text);
  return file;
}
