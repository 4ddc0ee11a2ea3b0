import { createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { KeyType } from '../../src/core/model.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { certificatePem } from '../../src/x509/pem.ts';

/** A certificate authority of the test's own. */
export type TestCa = { readonly pem: string; readonly keyPem: string };

type LeafWish = {
  readonly domains: readonly string[];
  /** Further subjectAltName entries as they are. */
  readonly names?: readonly { readonly type: 'dns' | 'email' | 'url'; readonly value: string }[];
  readonly keyType?: KeyType;
  /** Reuses this key instead of making one. Only its public half goes into the certificate. */
  readonly keyPem?: string;
  readonly publicKeyPem?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly serialHex?: string;
  readonly withoutAki?: boolean;
  readonly isCa?: boolean;
  /** Extended key usages, by object identifier; left out: none are named, so all are allowed. */
  readonly usages?: readonly string[];
};

/** A self-signed root, or an intermediate when `issuer` is given. P-256. `name`: the common name, or a whole `OU=…, O=…`. */
export async function makeCa(
  name: string,
  issuer?: TestCa,
  more: { readonly notBefore?: Date; readonly notAfter?: Date; readonly keyPem?: string } = {},
): Promise<TestCa> {
  const keyPem = more.keyPem ?? (await generateKey('ecdsa-p256'));
  const subject = name.includes('=') ? name : `CN=${name}`;
  const signer = issuer ?? { keyPem, pem: '' };
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject,
    issuer: issuer === undefined ? subject : new x509.X509Certificate(issuer.pem).subject,
    notBefore: more.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: more.notAfter ?? new Date(Date.now() + 86_400_000),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    publicKey: await publicKeyOf(keyPem),
    signingKey: await signingKeyOf(signer.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(await publicKeyOf(keyPem)),
      ...(issuer === undefined ? [] : [await keyIdentifierOf(issuer)]),
    ],
  });
  return { pem: certificatePem(new Uint8Array(certificate.rawData)), keyPem };
}

/** A leaf signed by `ca`. A name of digits and dots, or with a colon, is an IP address. */
export async function makeLeaf(ca: TestCa, wish: LeafWish): Promise<{ pem: string; keyPem: string }> {
  const keyPem = wish.keyPem ?? (await generateKey(wish.keyType ?? 'ecdsa-p256'));
  const publicKey = await publicKeyOf(wish.publicKeyPem ?? keyPem);
  const issuer = new x509.X509Certificate(ca.pem);
  const aki = await keyIdentifierOf(ca);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wish.serialHex ?? randomBytes(8).toString('hex'),
    subject: '',
    issuer: issuer.subject,
    notBefore: wish.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: wish.notAfter ?? new Date(Date.now() + 3_600_000),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    publicKey,
    signingKey: await signingKeyOf(ca.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(wish.isCa ?? false, undefined, true),
      new x509.SubjectAlternativeNameExtension([...wish.domains.map(nameOf), ...(wish.names ?? [])], true),
      ...(wish.withoutAki === true ? [] : [aki]),
      ...(wish.usages === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...wish.usages])]),
    ],
  });
  return { pem: certificatePem(new Uint8Array(certificate.rawData)), keyPem };
}

/** The key identifier that a CA's certificate has for its own key, as lower-case hex. */
export function keyIdOf(pem: string): string {
  const der = new X509Certificate(pem).raw.toString('hex');
  // An OCTET STRING in another one, behind the object identifier 2.5.29.14.
  const found = /0603551d0e04160414([0-9a-f]{40})/.exec(der)?.[1];
  if (found === undefined) throw new Error('no subjectKeyIdentifier');
  return found;
}

function keyIdentifierOf({ pem }: TestCa) {
  return x509.AuthorityKeyIdentifierExtension.create(new x509.X509Certificate(pem).publicKey);
}

function nameOf(value: string): { type: 'ip' | 'dns'; value: string } {
  return { type: /^[0-9.]+$|^[0-9a-f]*:[0-9a-f:]+$/.test(value) ? 'ip' : 'dns', value };
}

/** Signing with P-256 only: leaves of other kinds are signed by a P-256 CA all the same. */
function signingKeyOf(keyPem: string) {
  const der = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

/** From a private or public PEM. */
function publicKeyOf(pem: string) {
  const key = createPublicKey(pem);
  const der = key.export({ type: 'spki', format: 'der' });
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : {
          name: 'ECDSA',
          namedCurve: key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256',
        };
  return webcrypto.subtle.importKey('spki', der, algorithm, true, ['verify']);
}
