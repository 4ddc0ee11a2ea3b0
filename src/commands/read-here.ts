import type { Config } from '../config/config.ts';
import type { Instant } from '../core/instant.ts';
import { checkNames } from '../daemon/session.ts';
import { layoutAt } from '../store/layout.ts';
import { checkLayout } from '../store/open.ts';
import { openWorld, type World } from '../store/world.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { checkRight } from './right-to-read.ts';
import { withRootHint } from './root-hint.ts';

type Reading = { readonly config: Config; readonly world: World; readonly now: Instant };

/** Reads configuration and state for a command that changes nothing and asks nobody. */
export function readHere<T>(places: Places, read: (reading: Reading) => T): T {
  try {
    checkRight(places.config);
    const config = configured(places, showProblem);
    const layout = layoutAt(places.stateDir);
    checkLayout(layout);
    const world = openWorld(layout);
    checkNames(config, world);
    return read({ config, world, now: Date.now() });
  } catch (thrown) {
    throw withRootHint(thrown);
  }
}
