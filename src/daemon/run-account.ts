import type { Authority, Config } from '../config/config.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import { untouched } from '../core/host/host-change.ts';
import { answers, causeText } from '../core/host/host-words.ts';
import type { AccountAction } from '../core/issue/account-action.ts';
import type { AccountFacts } from '../core/ports.ts';
import type { HostParts } from '../pass/host-parts.ts';
import { keepAccounts, replaceAccounts } from '../pass/own-accounts.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { type PassAnswer, runPass } from './run-pass.ts';

export type AccountWish = {
  readonly action: AccountAction;
  /** Null: every CA of the configuration. */
  readonly ca: string | null;
};

/** What became of it at each CA, as the control socket answers it and `certd account` prints it. */
export type AccountAnswer = {
  /** What became of the question whose accounts these are; null where none was answered. */
  readonly host: 'kept' | 'unchanged' | 'replaced' | null;
  readonly accounts: readonly AccountResult[];
  /** The certificates that were issued with new accounts; null where none were asked for. */
  readonly pass: PassAnswer | null;
};

export type AccountResult = {
  readonly ca: string;
  readonly directory: string;
  /** Whether the configuration binds it to an account that the CA knows from elsewhere. */
  readonly bound: boolean;
  /** What the CA says of it now; null where there is none. */
  readonly account: AccountFacts | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};

/**
 * Shows, gives another key to, replaces or ends the account at each CA, one after the other. `keep` asks no CA; `replace`
 * ends with a pass, which issues every certificate anew. Throws `usage` for an unknown CA, and `host-changed` for what is not to be done with the account of another host.
 */
export async function runAccount(
  config: Config,
  parts: PassParts,
  { action, ca }: AccountWish,
): Promise<AccountAnswer> {
  checkWish({ action, ca }, parts);
  if (action === 'keep') return { host: await keep(parts), accounts: [], pass: null };
  if (action === 'replace') await replaceAccounts(parts);
  const accounts: AccountResult[] = [];
  for (const authority of chosen(config, ca)) {
    accounts.push(await atOne(authority, action, parts));
  }
  if (action !== 'replace') return { host: null, accounts, pass: null };
  const pass = await runPass(config, parts, { names: null, asked: 'pass' });
  return { host: 'replaced', accounts, pass };
}

function checkWish({ action, ca }: AccountWish, { world }: HostParts): void {
  if (ca !== null && (action === 'keep' || action === 'replace')) {
    throw new CertdError('usage', `\`certd account ${action}\` is about every CA: leave --ca out`);
  }
  if (action !== 'rollover' && action !== 'deactivate') return;
  const record = untouched(world.host());
  if (record === null) return;
  const cause = causeText(record.change.cause);
  throw new CertdError(
    'host-changed',
    `the account is not to be changed from here: ${cause}. Say ${answers}`,
  );
}

/** Throws `host-changed` where it is too late. */
async function keep(parts: PassParts): Promise<'kept' | 'unchanged'> {
  if (await keepAccounts(parts)) return 'kept';
  if ((parts.world.host()?.change ?? null) === null) return 'unchanged';
  throw new CertdError('host-changed', 'it is too late to keep the accounts: they are removed already');
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
  authority: Authority,
  action: AccountAction,
  { accountFor, issuerFor, signal }: PassParts,
): Promise<AccountResult> {
  const { name, directoryUrl, eab } = authority;
  const about = { ca: name, directory: directoryUrl, bound: eab !== null };
  try {
    const care = accountFor(authority);
    if (action === 'replace') await issuerFor(authority).account(signal);
    if (action === 'rollover') await care.rollOver(signal);
    if (action === 'deactivate') await care.deactivate(signal);
    return { ...about, account: await care.show(signal), error: null };
  } catch (thrown) {
    const { code, message } = asCertdError(thrown);
    return { ...about, account: null, error: { code, message } };
  }
}
