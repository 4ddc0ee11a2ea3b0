import type { AccountFacts } from '../core/ports.ts';
import { thumbprintOf } from './client.ts';
import { decodeAccount } from './decode.ts';
import type { AccountOptions, Entered } from './enter-account.ts';

/** What the CA says of the account, by a POST-as-GET of its URL (RFC 8555 §7.3.3); null where none is registered. */
export async function showAccount(
  { store, connection }: AccountOptions,
  entered: (signal: AbortSignal) => Promise<Entered>,
  signal: AbortSignal,
): Promise<AccountFacts | null> {
  if ((await store.read())?.registration == null) return null;
  const { signer, url } = await entered(signal);
  const answer = await signer.post({ kind: 'account', url, payload: null, accept: [200] }, signal);
  const { caaIdentity } = await connection.directory(signal);
  // Entering may have found out which of two keys counts.
  const stored = await store.read();
  return {
    url,
    thumbprint: thumbprintOf(stored?.keyPem ?? ''),
    ...decodeAccount(answer.data),
    caaIdentity,
    rolloverUnfinished: stored?.nextKeyPem != null,
  };
}
