import { planFor } from '../core/plan.ts';
import { checkNames } from '../daemon/session.ts';
import { layoutAt } from '../store/layout.ts';
import { checkLayout } from '../store/open.ts';
import { openWorld } from '../store/world.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { planLines } from './plan-lines.ts';

/** `certd plan`: what the daemon would do now, and when next. Reads the disk, changes nothing, asks no CA. */
export async function planCommand(places: Places): Promise<number> {
  const config = configured(places.config, showProblem);
  const layout = layoutAt(places.stateDir);
  checkLayout(layout);
  const world = openWorld(layout);
  checkNames(config, world);
  const now = Date.now();
  for (const target of config.certificates) {
    const verdict = planFor(target, world.seen(target.name), 'nothing', now);
    for (const line of planLines(verdict, now)) process.stdout.write(`${line}\n`);
  }
  return 0;
}
