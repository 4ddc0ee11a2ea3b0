import type { DeployState } from '../core/deploy/deploy-model.ts';
import { type FormerFile, formerFiles } from '../core/deploy/files-key.ts';
import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import type { Leaf, Target } from '../core/model.ts';
import type { DeployParts } from '../deploy/deploy-job.ts';
import { hostAccounts } from '../host/accounts.ts';
import { writeDeployState } from '../store/deploy-state.ts';
import { liveId, readPair } from '../store/generation.ts';
import { removeFormer } from '../store/output-leftovers.ts';
import { writeOutputs } from '../store/outputs.ts';
import { flipLive, prune } from '../store/publish.ts';
import type { HostParts } from './host-parts.ts';
import { install } from './install.ts';
import { logHook } from './log-hook.ts';
import type { DeployerParts } from './pass-parts.ts';
import { probeForDeploy } from './probe-for-deploy.ts';

/** What a deploy acts through, made of the parts of a pass: the deploy rooms know neither store nor endpoints. */
export function deployParts(parts: DeployerParts): DeployParts {
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

/** How long a killed hook has before SIGKILL, and a finished one's pipes before they are closed. */
const hookGraceMs = 5000;

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
function deployedLeaf(name: string, id: string, { layout }: HostParts): Leaf | null {
  try {
    return readPair(layout.deployedGeneration(name, id)).leaf;
  } catch (thrown) {
    if (asCertdError(thrown).code === 'generation-damaged') return null;
    throw thrown;
  }
}
