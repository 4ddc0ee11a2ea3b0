import type { DeployAsk } from '../core/deploy/deploy-hold.ts';
import { planDeploy } from '../core/deploy/deploy-verdict.ts';
import { logFields } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import type { DeployJob, DeployOutcome } from '../deploy/deploy-job.ts';
import { type HookGroup, hookGroups } from '../deploy/hook-groups.ts';
import { deployBatch } from '../deploy/transaction.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { deployParts } from './deploy-parts.ts';
import type { HostParts } from './host-parts.ts';
import type { DeployerParts } from './pass-parts.ts';
import { writeJournal } from './write-journal.ts';

/**
 * Deploys every generation that is owed now. Certificates that share a hook go together, so that it runs once;
 * those that share none go side by side.
 */
export async function deployOwed(
  targets: readonly Target[],
  ask: DeployAsk,
  parts: DeployerParts,
): Promise<readonly DeployOutcome[]> {
  const jobs = targets.flatMap(target => jobsOf(target, ask, parts));
  const outcomes = await Promise.all(hookGroups(jobs).map(group => deployGroup(group, ask, parts)));
  return outcomes.flat();
}

async function deployGroup(
  group: HookGroup,
  ask: DeployAsk,
  parts: DeployerParts,
): Promise<readonly DeployOutcome[]> {
  const ends: (() => void)[] = [];
  // Always in the same order, certificates before hooks: so none waits for ever.
  const names = group.jobs.map(({ target }) => target.name).sort();
  for (const name of names) ends.push(await parts.deployTurns.take(name));
  for (const command of group.commands) ends.push(await parts.hookTurns.take(command));
  const targets = group.jobs.map(({ target }) => target);
  try {
    const first = await deployTogether(targets, group.limitMs, ask, parts);
    const goesOn = ({ name }: Target) => first.some(outcome => outcome.name === name && outcome.goesOn);
    const again = await deployTogether(targets.filter(goesOn), group.limitMs, ask, parts);
    return first.map(outcome => again.find(({ name }) => name === outcome.name) ?? outcome);
  } finally {
    for (const end of ends) end();
    for (const { target } of group.jobs) {
      await loopTurn();
      parts.world.look(target.name);
    }
  }
}

/** What of these is owed now, which somebody else may have deployed meanwhile. */
async function deployTogether(
  targets: readonly Target[],
  limitMs: Millis,
  ask: DeployAsk,
  parts: DeployerParts,
): Promise<readonly DeployOutcome[]> {
  for (const { name } of targets) parts.world.look(name);
  const jobs = targets.flatMap(target => jobsOf(target, ask, parts));
  if (jobs.length === 0) return [];
  const endStep = parts.beginStep(diskLimitMs + limitMs);
  try {
    const outcomes = await deployBatch(jobs, deployParts(parts));
    for (const outcome of outcomes) await report(outcome, parts);
    return outcomes;
  } finally {
    endStep();
  }
}

/** What the disk may take for a batch beside its hooks, before it counts as hung. */
const diskLimitMs = 30 * 60_000;

function jobsOf(target: Target, ask: DeployAsk, { world, clock }: HostParts): readonly DeployJob[] {
  const seen = world.seen(target.name);
  const deploy = planDeploy(target, seen, ask, clock.now());
  if (deploy.kind !== 'now') return [];
  // Only a forced deploy is of one that was rejected: with its first step it is so no longer.
  const rejected = seen.deploy.rejected.filter(id => id !== deploy.id);
  return [{ target, id: deploy.id, state: { ...seen.deploy, rejected } }];
}

async function report({ name, id, error, backTo }: DeployOutcome, parts: HostParts): Promise<void> {
  const { layout, log } = parts;
  if (error?.code === 'stopped') return;
  parts.tally.onDeploy({ name, result: error === null ? 'success' : 'failure' });
  const facts = { certificate: name, generation: id };
  if (error === null) log.info(facts, 'generation deployed');
  else if (backTo === null) log.error({ ...facts, ...logFields(error) }, 'generation could not be deployed');
  else log.error({ ...facts, live: backTo, ...logFields(error) }, 'generation was taken back');
  const outcome = error === null ? 'deployed' : backTo === null ? 'deploy-failed' : 'rolled-back';
  await writeJournal(layout.deploy, { event: outcome, code: error?.code ?? null, ...facts }, parts);
}
