import { CertdError } from '../core/errors.ts';
import type { Clock, Issuer } from '../core/ports.ts';
import { revocationReasons } from '../core/revoke/revocation-reason.ts';
import { derOf } from '../x509/pem.ts';
import { openSigner, type Signer } from './client.ts';
import type { Connection } from './connection.ts';

type Parties = {
  readonly connection: Connection;
  /** Null where there is none. */
  readonly account: ((signal: AbortSignal) => Promise<Signer>) | null;
  readonly clock: Clock;
};

/** RFC 8555 §7.6; `Issuer.revoke` of `core/ports.ts`. */
export async function revokeCertificate(
  { connection, account, clock }: Parties,
  { certificatePem, keyPem, reason }: Parameters<Issuer['revoke']>[0],
  signal: AbortSignal,
): Promise<'account' | 'certificate'> {
  const { revokeCert: url } = await connection.directory(signal);
  if (url === null) {
    throw new CertdError('ca-refused', 'The CA’s directory has no revokeCert: it does not revoke by ACME.');
  }
  const certificate = Buffer.from(derOf(certificatePem)).toString('base64url');
  // CRLs leave `unspecified` out, and so may a request (RFC 5280 §5.3.1).
  const payload =
    reason === 'unspecified' ? { certificate } : { certificate, reason: revocationReasons[reason] };
  const ask = async (signer: Signer) => {
    try {
      await signer.post({ kind: 'revocation', url, payload, accept: [200] }, signal);
    } catch (error) {
      if (nameOf(error) !== 'alreadyRevoked') throw error;
    }
  };
  if (account !== null) {
    try {
      await ask(await account(signal));
      return 'account';
    } catch (error) {
      if (!isAboutTheAccount(error)) throw error;
    }
  }
  await ask(openSigner(connection, { keyPem, url: null }, clock));
  return 'certificate';
}

/** Of another account, or one that is deactivated, gone, or not to be had any more. */
function isAboutTheAccount(error: unknown): boolean {
  return (
    nameOf(error) === 'unauthorized' || (error instanceof CertdError && error.code === 'account-refused')
  );
}

function nameOf(error: unknown): string | undefined {
  return error instanceof CertdError ? error.problemType?.split(':').at(-1) : undefined;
}
