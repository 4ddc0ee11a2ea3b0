import type { Authority, Config } from '../config/config.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { AccountCare, AccountFacts } from '../core/ports.ts';
import type { PassParts } from '../pass/pass-parts.ts';

export const accountActions = ['show', 'rollover', 'deactivate'] as const;

export type AccountWish = {
  readonly action: (typeof accountActions)[number];
  /** Null: every CA of the configuration. */
  readonly ca: string | null;
};

/** What became of it at each CA, as the control socket answers it and `certd account` prints it. */
export type AccountAnswer = { readonly accounts: readonly AccountResult[] };

export type AccountResult = {
  readonly ca: string;
  readonly directory: string;
  /** Whether the configuration binds it to an account that the CA knows from elsewhere. */
  readonly bound: boolean;
  /** What the CA says of it now; null where there is none. */
  readonly account: AccountFacts | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};

/** Shows, gives another key to, or ends the account at each CA, one after the other. Throws `usage` for an unknown CA. */
export async function runAccount(
  config: Config,
  { accountFor, signal }: Pick<PassParts, 'accountFor' | 'signal'>,
  { action, ca }: AccountWish,
): Promise<AccountAnswer> {
  const accounts: AccountResult[] = [];
  for (const authority of chosen(config, ca)) {
    accounts.push(await atOne(authority, accountFor(authority), action, signal));
  }
  return { accounts };
}

function chosen({ authorities }: Config, ca: string | null): readonly Authority[] {
  if (ca === null) return [...authorities.values()];
  const authority = authorities.get(ca);
  if (authority !== undefined) return [authority];
  const known = [...authorities.keys()].join(', ');
  throw new CertdError(
    'usage',
    `no certificate of the configuration names the CA \`${ca}\`; there are ${known}`,
  );
}

async function atOne(
  { name, directoryUrl, eab }: Authority,
  care: AccountCare,
  action: AccountWish['action'],
  signal: AbortSignal,
): Promise<AccountResult> {
  const about = { ca: name, directory: directoryUrl, bound: eab !== null };
  try {
    if (action === 'rollover') await care.rollOver(signal);
    if (action === 'deactivate') await care.deactivate(signal);
    return { ...about, account: await care.show(signal), error: null };
  } catch (thrown) {
    const { code, message } = asCertdError(thrown);
    return { ...about, account: null, error: { code, message } };
  }
}
