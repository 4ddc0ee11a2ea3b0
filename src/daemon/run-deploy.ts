import type { Config } from '../config/config.ts';
import type { DeployAsk, DeployHold } from '../core/deploy/deploy-hold.ts';
import { type DeployVerdict, planDeploy } from '../core/deploy/deploy-verdict.ts';
import { unseenEndpoints } from '../core/deploy/unseen-endpoints.ts';
import { CertdError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import type { DeployOutcome } from '../deploy/deploy-job.ts';
import { deployOwed } from '../pass/deploy-owed.ts';
import type { DeployerParts } from '../pass/pass-parts.ts';
import { chosenTargets } from './named-targets.ts';

/** One request for deploys: of all certificates (null) or some. */
export type DeployRequest = { readonly names: readonly string[] | null; readonly ask: DeployAsk };

/** What was deployed, as the control socket answers it and `certd deploy` prints it. */
export type DeployAnswer = { readonly results: readonly DeployResult[] };

export type DeployResult = {
  readonly name: string;
  /** The generation that was deployed now. */
  readonly deployed: string | null;
  /** `recorded`: it is on disk and is tried again; false where only whoever asked knows of it. */
  readonly error: { readonly code: string; readonly message: string; readonly recorded: boolean } | null;
  /** What is owed, and waits. */
  readonly held: {
    readonly generation: string;
    readonly by: DeployHold['by'];
    readonly until: string;
  } | null;
  /** The newest generation that is issued, what was deployed last, and what is never deployed. */
  readonly issued: string | null;
  readonly current: string | null;
  readonly rejected: readonly string[];
  /** With `deployed`: the endpoints that do not present it, where there are such. */
  readonly unseen?: readonly string[];
};

/** Deploys what is owed of the named certificates, or of all. Throws `usage` for a name that is not configured. */
export async function runDeploy(
  { certificates }: Pick<Config, 'certificates'>,
  parts: DeployerParts,
  { names, ask }: DeployRequest,
): Promise<DeployAnswer> {
  const targets = chosenTargets(certificates, names, parts.world);
  return { results: await deployEach(targets, ask, parts) };
}

/** The results in the order of `targets`. */
export async function deployEach(
  targets: readonly Target[],
  ask: DeployAsk,
  parts: DeployerParts,
): Promise<readonly DeployResult[]> {
  const startedAt = parts.clock.now();
  const outcomes = new Map((await deployOwed(targets, ask, parts)).map(outcome => [outcome.name, outcome]));
  return targets.map(target => resultOf(target, outcomes.get(target.name) ?? null, startedAt, parts));
}

function resultOf(
  target: Target,
  outcome: DeployOutcome | null,
  startedAt: Instant,
  { world, clock }: DeployerParts,
): DeployResult {
  const seen = world.seen(target.name);
  const verdict = planDeploy(target, seen, 'nobody', clock.now());
  const { deployed, rejected, lastError, served } = seen.deploy;
  const unseen = outcome?.error === null ? unseenEndpoints(target.deploy.verify, served) : [];
  const error = outcome === null ? blockOf(verdict) : outcome.error;
  const recorded = outcome !== null && lastError !== null && lastError.at >= startedAt;
  return {
    name: target.name,
    deployed: outcome !== null && outcome.error === null ? outcome.id : null,
    error: error === null ? null : { code: error.code, message: error.message, recorded },
    held: error === null ? heldOf(verdict) : null,
    issued: seen.issued.at(-1)?.id ?? null,
    current: deployed,
    rejected,
    ...(unseen.length > 0 && { unseen }),
  };
}

function blockOf(verdict: DeployVerdict): CertdError | null {
  return verdict.kind === 'blocked' ? new CertdError(verdict.code, verdict.message) : null;
}

function heldOf(verdict: DeployVerdict): DeployResult['held'] {
  if (verdict.kind !== 'held') return null;
  return { generation: verdict.id, by: verdict.by, until: toRfc3339(verdict.until) };
}
