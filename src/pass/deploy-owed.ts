import type { DeployAsk } from '../core/deploy-hold.ts';
import type { DeployState } from '../core/deploy-model.ts';
import { planDeploy } from '../core/deploy-verdict.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import { type FormerFile, formerFiles } from '../core/files-key.ts';
import type { Millis } from '../core/instant.ts';
import type { Leaf, Target } from '../core/model.ts';
import type { DeployJob, DeployOutcome, DeployParts } from '../deploy/deploy-job.ts';
import { type HookGroup, hookGroups } from '../deploy/hook-groups.ts';
import { deployBatch } from '../deploy/transaction.ts';
import { hostAccounts } from '../host/accounts.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { writeDeployState } from '../store/deploy-state.ts';
import { liveId, readPair } from '../store/generation.ts';
import { removeFormer } from '../store/output-leftovers.ts';
import { writeOutputs } from '../store/outputs.ts';
import { flipLive, prune } from '../store/publish.ts';
import { install } from './install.ts';
import { logHook } from './log-hook.ts';
import type { DeployerParts } from './pass-parts.ts';
import { probeForDeploy } from './probe-for-deploy.ts';
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

function jobsOf(target: Target, ask: DeployAsk, { world, clock }: DeployerParts): readonly DeployJob[] {
  const seen = world.seen(target.name);
  const deploy = planDeploy(target, seen, ask, clock.now());
  if (deploy.kind !== 'now') return [];
  // Only a forced deploy is of one that was rejected: with its first step it is so no longer.
  const rejected = seen.deploy.rejected.filter(id => id !== deploy.id);
  return [{ target, id: deploy.id, state: { ...seen.deploy, rejected } }];
}

/** How long a killed hook has before SIGKILL, and a finished one's pipes before they are closed. */
const hookGraceMs = 5000;

function deployParts(parts: DeployerParts): DeployParts {
  const { half, disk, layout, world, clock, random, log, signal, runHook } = parts;
  return {
    now: clock.now,
    random,
    install: (target, id) => install(target, id, parts),
    liveId: name => liveId(layout, name),
    revoked: name => world.seen(name).revoked,
    flip: async (name, id) => {
      await flipLive(disk, layout, name, id);
      // Its hooks may take minutes, and what is live is the new one from here on.
      world.forget(name);
    },
    writeFiles: (target, id) => writeFiles(target, id, parts),
    probe: (target, endpoint) => probeForDeploy(target, endpoint, parts),
    sleep: async ms => {
      await clock.sleep(ms, signal).catch(thrown => {
        if (!signal.aborted) throw thrown;
      });
    },
    save: async (name, state) => {
      await writeDeployState(disk, layout.deployState(name), state);
      world.recorded(name);
    },
    prune: (name: string, state: DeployState) => prune(disk, layout, name, { state, half }),
    deployedLeaf: (name, id) => deployedLeaf(name, id, parts),
    liveDir: layout.liveLink,
    runHook,
    onHook: event => logHook(event, log),
    onUnrecorded: (name, error, state) => {
      world.unrecorded(name, error, state);
      log.error({ certificate: name, ...logFields(error) }, 'failure could not be recorded');
    },
    onUnpruned: (name, error) =>
      log.warn({ certificate: name, ...logFields(error) }, 'old generations could not be removed'),
    graceMs: hookGraceMs,
    signal,
  };
}

/** From the deployer's own copy, which is what is live. */
async function writeFiles({ name, files }: Target, id: string, parts: DeployerParts): Promise<void> {
  const { disk, layout, world, log } = parts;
  const { deploy } = world.seen(name);
  const former = formerFiles(files, [...deploy.files, ...(deploy.underWay?.files ?? [])]);
  const onLeft = (path: string, error: CertdError) =>
    log.warn({ certificate: name, ...logFields(error), path }, 'unfinished output file could not be removed');
  const host = { accounts: hostAccounts(), stateRoot: layout.root, onLeft };
  const endTurns = await takeAll([...files, ...former], parts);
  try {
    await removeFormer(disk, former, host);
    if (files.length === 0) return;
    await writeOutputs(disk, files, readPair(layout.deployedGeneration(name, id)), host);
  } finally {
    endTurns();
  }
}

/** A path may have gone from one certificate to another, and what is unfinished there is then the other one's. */
async function takeAll(files: readonly FormerFile[], { outputTurns }: DeployerParts): Promise<() => void> {
  const ends: (() => void)[] = [];
  // Always in the same order: so none waits for ever.
  for (const path of files.map(file => file.path).sort()) ends.push(await outputTurns.take(path));
  return () => {
    for (const end of ends) end();
  };
}

/** Of a whole pair, since it may be gone back to. */
function deployedLeaf(name: string, id: string, { layout }: DeployerParts): Leaf | null {
  try {
    return readPair(layout.deployedGeneration(name, id)).leaf;
  } catch (thrown) {
    if (asCertdError(thrown).code === 'generation-damaged') return null;
    throw thrown;
  }
}

async function report({ name, id, error, backTo }: DeployOutcome, parts: DeployerParts): Promise<void> {
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
