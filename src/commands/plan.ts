import { planFor } from '../core/plan.ts';
import { namedTargets } from '../daemon/named-targets.ts';
import type { Places } from './places.ts';
import { planText } from './plan-text.ts';
import { readHere } from './read-here.ts';
import { screenOf } from './screen.ts';

/** `certd plan`: what the daemon would do now, and when next. Reads the disk, changes nothing, asks no CA. */
export async function planCommand(names: readonly string[], places: Places): Promise<number> {
  const text = readHere(places, ({ config, world, now }) => {
    const verdicts = namedTargets(config.certificates, names, world).map(target =>
      planFor(target, world.seen(target.name), 'nothing', now),
    );
    const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
    // What is no terminal is read line by line.
    return planText(verdicts, { width: width ?? Number.POSITIVE_INFINITY, now, named: names.length > 0 });
  });
  process.stdout.write(text);
  return 0;
}
