import type { Config } from '../config/config.ts';
import { catalogue } from '../core/catalogue.ts';
import { type DryRun, dryRun } from '../pass/dry-run.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { chosenTargets } from './named-targets.ts';

/** What a dry run found, as the control socket answers it and `certd renew --dry-run --json` prints it. */
export type DryRunAnswer = { readonly duration_ms: number; readonly results: readonly DryRunResult[] };

export type DryRunResult = {
  readonly name: string;
  readonly ca: string;
  /** Directory of the staging that was ordered from; null where the CA has none, and so has validated nothing. */
  readonly staging: string | null;
  /** Of a CA without staging: whether there is an account; null where that was not found out. */
  readonly account: boolean | null;
  readonly error: { readonly code: string; readonly message: string; readonly cure: string } | null;
};

/** Tries the named certificates, or all (null), at each of their CAs. Throws `usage` for a name that is not configured. */
export async function runDryRun(
  config: Config,
  parts: PassParts,
  names: readonly string[] | null,
): Promise<DryRunAnswer> {
  const targets = chosenTargets(config.certificates, names, parts.world);
  const startedAt = parts.clock.now();
  const found = await dryRun(targets, parts);
  return { duration_ms: parts.clock.now() - startedAt, results: found.map(resultOf) };
}

function resultOf({ name, ca, staging, hasAccount, error }: DryRun): DryRunResult {
  if (error === null) return { name, ca, staging, account: hasAccount, error };
  const { code, message } = error;
  return { name, ca, staging, account: hasAccount, error: { code, message, cure: catalogue[code].cure } };
}
