import type { Config } from '../config/config.ts';
import type { DeployerParts } from '../pass/pass-parts.ts';
import { reject } from '../pass/reject.ts';
import { namedTargets } from './named-targets.ts';
import { type DeployResult, deployEach } from './run-deploy.ts';

/** `to` null: the newest good generation before the one that is live. */
export type RollbackWish = { readonly name: string; readonly to: string | null };

/** What became of a rollback, as the control socket answers it and `certd rollback` prints it. */
export type RollbackAnswer = {
  readonly name: string;
  readonly to: string;
  /** Everything that is never deployed again. */
  readonly rejected: readonly string[];
  /** What the deploy transaction made of it. */
  readonly results: readonly DeployResult[];
};

/** Rejects what is live and deploys what was before. Throws what `reject` throws, and `usage` for a name that is not configured. */
export async function runRollback(
  { certificates }: Pick<Config, 'certificates'>,
  parts: DeployerParts,
  { name, to }: RollbackWish,
): Promise<RollbackAnswer> {
  const targets = namedTargets(certificates, [name], parts.world);
  const [target] = targets;
  if (target === undefined) throw new Error(`${name} is configured, and no target has its name`);
  const rollback = await reject(target, to, parts);
  return { name, ...rollback, results: await deployEach(targets, 'named', parts) };
}
