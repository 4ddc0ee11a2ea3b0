import { CertdError } from '../core/errors.ts';
import type { Target } from '../core/model.ts';
import { pickNamed } from '../core/pick-named.ts';
import { firstNames } from '../core/text/first-names.ts';
import type { World } from '../store/world.ts';

/**
 * The certificates of the configuration that are named; all without a name. Throws `usage` for any other name, and
 * says so where it is that of a certificate which `status` shows as unmanaged.
 */
export function namedTargets(
  targets: readonly Target[],
  names: readonly string[],
  world: Pick<World, 'names' | 'seen'>,
): readonly Target[] {
  const configured = new Set(targets.map(({ name }) => name));
  const others = new Set(names.filter(name => !configured.has(name)));
  const left = world.names().filter(name => others.has(name) && world.seen(name).live !== null);
  if (left.length === 0) return pickNamed(targets, names);
  const verb = left.length === 1 ? 'is' : 'are';
  throw new CertdError(
    'usage',
    `${firstNames(left, 20)} ${verb} live, but not in the configuration any more`,
  );
}

/** Null: all. Throws `usage` for a name that is not configured. */
export function chosenTargets(
  targets: readonly Target[],
  names: readonly string[] | null,
  world: Pick<World, 'names' | 'seen'>,
): readonly Target[] {
  if (names === null) return targets;
  return names.length === 0 ? [] : namedTargets(targets, names, world);
}
