import { asCertdError, type CertdError, logFields } from '../core/errors.ts';
import { owedAfterBeginning, owedAfterFailure, owedAfterStart } from '../core/issue/after-owed.ts';
import { readAfterOwed, writeAfterOwed } from '../store/after-owed.ts';
import type { Tried } from './run-attempt-hooks.ts';

/**
 * Before anything of `before` runs (docs/state.md section 10, step 1): whatever it stops must be started again, also after
 * a `kill -9`. Throws the disk's error.
 */
export async function recordStart({ target, host }: Tried): Promise<void> {
  if (target.attempt.after.length === 0) return;
  const { disk, layout, clock, world } = host;
  const owed = owedAfterStart(readAfterOwed(layout, target.name), clock.now());
  await writeAfterOwed(disk, layout.attemptOf(target.name), owed);
  world.forget(target.name);
}

/** Before the commands of `after` run (step 4). Never throws. */
export async function recordBeginning({ target, host }: Tried): Promise<void> {
  const { disk, layout, clock, random, log } = host;
  try {
    const owed = readAfterOwed(layout, target.name);
    if (owed === null) return;
    await writeAfterOwed(
      disk,
      layout.attemptOf(target.name),
      owedAfterBeginning(owed, clock.now(), random()),
    );
  } catch (thrown) {
    // They must run all the same; their outcome meets the same disk.
    const error = asCertdError(thrown);
    log.warn({ certificate: target.name, ...logFields(error) }, 'a beginning could not be counted');
  }
}

/** After them (step 6). A stop leaves them owed. Never throws. */
export async function recordOutcome({ target, host }: Tried, error: CertdError | null): Promise<void> {
  const { disk, layout, clock, random, world, log } = host;
  if (error?.code === 'stopped') return;
  try {
    const owed = readAfterOwed(layout, target.name);
    const left =
      error === null || owed === null ? null : owedAfterFailure(owed, error, clock.now(), random());
    await writeAfterOwed(disk, layout.attemptOf(target.name), left);
    world.recorded(target.name);
  } catch (thrown) {
    const unwritten = asCertdError(thrown);
    world.unrecorded(target.name, unwritten);
    log.error({ certificate: target.name, ...logFields(unwritten) }, 'outcome could not be recorded');
  }
  world.forget(target.name);
}
