import { asCertdError, CertdError, systemErrorOf } from '../core/errors.ts';
import { isEveryAddress, isIpv6, type ListenAddress, listenText } from '../core/text/listen-address.ts';
import { portHolder } from '../host/port-holder.ts';

/**
 * What bind(2) or listen(2) refused, in the operator's words: `port-taken` with the program that holds the
 * port where that can be known, `port-forbidden`, `listen-failed`.
 */
export async function listenError(address: ListenAddress, thrown: unknown): Promise<CertdError> {
  const errno = systemErrorOf(thrown)?.code;
  if (errno === undefined) return asCertdError(thrown);
  const listener = listenText(address);
  const more = { facts: { listener, errno }, cause: thrown };
  if (errno === 'EADDRINUSE') {
    const holder = await portHolder(address);
    const who = holder === null ? '' : ` (${holder})`;
    return new CertdError('port-taken', `another program listens on ${listener}${who}`, more);
  }
  if (errno === 'EACCES' || errno === 'EPERM') {
    const message = `certd may not listen on ${listener}: it lacks CAP_NET_BIND_SERVICE, or a policy forbids it`;
    return new CertdError('port-forbidden', message, more);
  }
  const why = reasons[errno] ?? '';
  return new CertdError('listen-failed', `certd cannot listen on ${listener}: ${errno}${why}`, more);
}

const reasons: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: ', this host does not have that address',
  EAFNOSUPPORT: ', this host does not have that address family',
};

/** A kernel without IPv6 refuses every address of it; one where it is switched off has none to listen on. */
export function familyIsMissing({ address }: ListenAddress, thrown: unknown): boolean {
  if (!isIpv6(address)) return false;
  const errno = systemErrorOf(thrown)?.code;
  return errno === 'EAFNOSUPPORT' || (errno === 'EADDRNOTAVAIL' && isEveryAddress(address));
}
