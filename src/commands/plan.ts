import { planFor } from '../core/plan.ts';
import { namedTargets } from '../daemon/named-targets.ts';
import { checkNames } from '../daemon/session.ts';
import { layoutAt } from '../store/layout.ts';
import { checkLayout } from '../store/open.ts';
import { openWorld } from '../store/world.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { planText } from './plan-text.ts';
import { checkRight } from './right-to-read.ts';
import { withRootHint } from './root-hint.ts';
import { screenOf } from './screen.ts';

/** `certd plan`: what the daemon would do now, and when next. Reads the disk, changes nothing, asks no CA. */
export async function planCommand(names: readonly string[], places: Places): Promise<number> {
  try {
    checkRight(places.config);
    process.stdout.write(planHere(names, places));
    return 0;
  } catch (thrown) {
    throw withRootHint(thrown);
  }
}

function planHere(names: readonly string[], places: Places): string {
  const config = configured(places.config, showProblem);
  const layout = layoutAt(places.stateDir);
  checkLayout(layout);
  const world = openWorld(layout);
  checkNames(config, world);
  const now = Date.now();
  const verdicts = namedTargets(config.certificates, names, world).map(target =>
    planFor(target, world.seen(target.name), 'nothing', now),
  );
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  return planText(verdicts, { width: width ?? Number.POSITIVE_INFINITY, now, named: names.length > 0 });
}
