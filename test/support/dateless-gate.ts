import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ChainGate } from '../../src/pass/chain-gate.ts';
import { splitChain } from '../../src/x509/pem.ts';

const serverAuth = '1.3.6.1.5.5.7.3.1';

/**
 * The second chain gate: for tests whose dates are made up, which OpenSSL would hold against the real clock. Asks for
 * all else that a handshake does: the key, the name, the purpose, and CA certificates from the leaf to one of `trusted`;
 * without them, and where the candidate says that any root will do, to whatever comes topmost.
 */
export function datelessGate(trusted: readonly string[] | null = null): ChainGate {
  return async ({ fullchainPem, keyPem, host, roots }) => {
    const chain = splitChain(fullchainPem).map(pem => new X509Certificate(pem));
    const [leaf] = chain;
    if (leaf === undefined) throw new Error('a chain has a leaf');
    if (!leaf.checkPrivateKey(createPrivateKey(keyPem))) return fault('ERR_OSSL_X509_KEY_VALUES_MISMATCH');
    if (!names(leaf, host)) return fault('ERR_TLS_CERT_ALTNAME_INVALID');
    if (leaf.keyUsage?.includes(serverAuth) === false) return fault('INVALID_PURPOSE');
    if (chain.slice(1).some(({ ca }) => !ca)) return fault('INVALID_CA');
    const ends = trusted === null || roots === 'any' ? null : trusted.map(pem => new X509Certificate(pem));
    return leadsTo(ends, chain) ? null : fault('UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
  };
}

function names(leaf: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) !== undefined;
}

function leadsTo(ends: readonly X509Certificate[] | null, chain: readonly X509Certificate[]): boolean {
  return chain.every((one, index) => {
    const above = index + 1 < chain.length ? chain.slice(index + 1, index + 2) : ends;
    return above === null || above.some(issuer => signs(issuer, one));
  });
}

/** A root signs itself, too. */
function signs(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function fault(code: string) {
  return { code, words: 'as said by the test' };
}
