import { type Rollback, rollbackOf } from '../core/deploy/rollback-target.ts';
import { CertdError } from '../core/errors.ts';
import type { Target } from '../core/model.ts';
import { writeDeployState } from '../store/deploy-state.ts';
import type { DeployerParts } from './pass-parts.ts';
import { writeJournal } from './write-journal.ts';

/**
 * Writes down that what is live, and everything else that is newer than where a rollback goes to, is never deployed
 * again (docs/state.md section 5). From then on the older one is owed, and a crash does not lose it. Throws what
 * `rollbackOf` throws, and then has changed nothing.
 */
export async function reject(target: Target, to: string | null, parts: DeployerParts): Promise<Rollback> {
  const { world, disk, layout, log, clock, deployTurns } = parts;
  const { name } = target;
  const endTurn = await deployTurns.take(name);
  try {
    const seen = world.look(name);
    const fault = seen.faults.find(({ blocking }) => blocking);
    if (fault !== undefined) throw new CertdError(fault.code, fault.message);
    const rollback = rollbackOf(target, seen, to, clock.now());
    const { rejected } = rollback;
    // What failed was the deploy of what is rejected now.
    const state = {
      ...seen.deploy,
      rejected,
      refused: null,
      failures: 0,
      nextAttemptAt: null,
      lastError: null,
    };
    await writeDeployState(disk, layout.deployState(name), state);
    log.info({ certificate: name, generations: rejected, to: rollback.to }, 'generations rejected');
    await writeJournal(
      layout.deploy,
      { event: 'rejected', certificate: name, to: rollback.to, generations: rejected.join(' ') },
      parts,
    );
    return rollback;
  } finally {
    world.look(name);
    endTurn();
  }
}
