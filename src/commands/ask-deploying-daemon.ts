import { asCertdError } from '../core/errors.ts';
import { layoutAt } from '../store/layout.ts';
import { isSplit } from '../store/split.ts';
import { askControl, type Question } from './ask-control.ts';
import type { Places } from './places.ts';

/**
 * Has the daemon deploy something: its answer, or null where this process is to do it. That is so where no daemon listens
 * or it only issues, and always in a state directory of two users: there the daemon's socket is the issuer's, who could
 * keep a deployer that asks him waiting.
 */
export async function askDeployingDaemon<T>(
  question: Omit<Question<T>, 'runtimeDir'>,
  { stateDir, runtimeDir }: Places,
): Promise<T | null> {
  if (isSplit(layoutAt(stateDir))) return null;
  try {
    return await askControl({ ...question, runtimeDir });
  } catch (thrown) {
    if (asCertdError(thrown).code === 'deployer-apart') return null;
    throw thrown;
  }
}
