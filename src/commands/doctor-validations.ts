import { lastValidations } from '../core/issue/validated.ts';
import type { Target, Validation } from '../core/model.ts';
import { layoutAt } from '../store/layout.ts';
import { openWorld } from '../store/world.ts';

/**
 * When a CA has validated a name of these certificates last, by domain, as the state directory tells. What may not or cannot
 * be read there proves nothing, and stops nothing else from being looked at.
 */
export function seenValidations(
  targets: readonly Target[],
  stateDir: string,
): ReadonlyMap<string, Validation> {
  const world = openWorld(layoutAt(stateDir));
  return lastValidations(targets.map(({ name }) => world.look(name)));
}
