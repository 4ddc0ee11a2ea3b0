import type { RenewalMoment } from '../issue/renewal.ts';
import type { Observed, Target } from '../model.ts';
import { withdrawalOf } from '../revoke/revocation.ts';
import { type HostRecord, type HostSeen, isUntouched } from './host-change.ts';

/** `on_clone: hold`, and nobody has answered yet: nothing is ordered. */
export function asksPerson({ onClone }: Pick<Target, 'onClone'>, { change }: HostSeen): boolean {
  return onClone === 'hold' && change?.phase === 'waiting';
}

/** When the newest generation is to be renewed: where it is another host's, at the moment of the change, if that is sooner. */
export function momentOfCopy(
  moment: RenewalMoment,
  newest: string,
  { change, copied }: HostSeen,
): RenewalMoment {
  if (change === null || moment.renewAt <= change.renewAt) return moment;
  const isCopy = isUntouched(change) || copied === newest;
  return isCopy ? { source: 'cloned', renewAt: change.renewAt, window: null } : moment;
}

/** The newest generation of each name: what is a copy once the accounts are removed. */
export function newestOfAll(observed: readonly Observed[]): HostRecord['copied'] {
  return observed.flatMap(({ name, issued }) => {
    const newest = issued.at(-1);
    return newest === undefined ? [] : [{ name, generation: newest.id }];
  });
}

/** Those that are still the newest generation of their name. */
export function copiesLeft(
  copied: HostRecord['copied'],
  seen: (name: string) => Observed,
): HostRecord['copied'] {
  return copied.filter(({ name, generation }) => seen(name).issued.at(-1)?.id === generation);
}

/** The names of the configuration that still have a copy, and are to get another. */
export function namesToReplace(
  targets: readonly Target[],
  seen: (name: string) => Observed,
): readonly string[] {
  return targets.map(({ name }) => name).filter(name => hasCopy(seen(name)));
}

function hasCopy(seen: Observed): boolean {
  const newest = seen.issued.at(-1);
  // One that was revoked for good is replaced by nobody.
  return newest !== undefined && newest.id === seen.host.copied && withdrawalOf(newest, seen) === null;
}
