import { CertdError } from '../core/errors.ts';
import type { AccountStore, Clock } from '../core/ports.ts';
import { openSigner } from './client.ts';
import type { Connection } from './connection.ts';
import { type AccountObject, decodeAccount } from './decode.ts';
import { acmeNameOf } from './problem.ts';

type Parties = {
  readonly connection: Connection;
  readonly store: Pick<AccountStore, 'read'>;
  readonly clock: Clock;
};

/**
 * `Issuer.check` of `core/ports.ts`: the directory, and a look at the account that is stored (RFC 8555 §6.3). Unlike
 * the first order of a process it settles and changes nothing, at the CA or on disk.
 */
export async function checkCa({ connection, store, clock }: Parties, signal: AbortSignal): Promise<boolean> {
  await connection.directory(signal);
  const stored = await store.read();
  if (stored === null || stored.registration === null) return false;
  const { keyPem, nextKeyPem, registration } = stored;
  const { url } = registration;
  const look = async (key: string): Promise<AccountObject> => {
    const signer = openSigner(connection, { keyPem: key, url }, clock);
    const answer = await signer.post({ kind: 'account', url, payload: null, accept: [200] }, signal);
    return decodeAccount(answer.data);
  };
  const { status } = await look(keyPem).catch(error => {
    // A rollover that was cut short: the CA may know the other key, and calls the signature of this one malformed.
    if (nextKeyPem === null || acmeNameOf(error) === null) throw error;
    return look(nextKeyPem);
  });
  if (status === null || status === 'valid') return true;
  throw new CertdError('account-refused', `The CA has the account ${url} as ${status}.`);
}
