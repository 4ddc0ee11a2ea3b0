import type { HostCause, HostChange } from './host-change.ts';
import type { IdentitySource } from './host-identity.ts';

const sourceNames: Readonly<Record<IdentitySource, string>> = {
  dmi: 'its DMI identity',
  'cloud-init': 'the instance id of cloud-init',
  'machine-id': 'its machine-id',
};

/** What says that this is another host. */
export function causeText(cause: HostCause | null): string {
  if (cause === null) return '`certd account replace` asked for new accounts and keys';
  const { source, from, to } = cause;
  return `this is another host than before: ${sourceNames[source]} was ${from} and is ${to}`;
}

/** Why a certificate is ordered although it is not due by itself. */
export function copiedText(change: HostChange | null): string {
  if (change === null) return 'its key is that of another host';
  if (change.cause === null) return 'a new account and a new key were asked for by `certd account replace`';
  return `its account and key are those of another host: ${sourceNames[change.cause.source]} has changed`;
}

/** How a person says what is so. */
export const answers =
  '`certd account keep` where this is the same host, `certd account replace` where it is a copy';
