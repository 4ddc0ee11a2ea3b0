import { openQueue } from '../host/queue.ts';
import { openLanes } from '../pass/lanes.ts';
import type { Traffic } from '../pass/pass-parts.ts';
import { openTurns } from '../pass/turns.ts';

/** As many certificates at once as the connection to a CA has sockets; more wait for each other there. */
const placesAtEachCa = 16;

export function openTraffic(): Traffic {
  return { turns: openTurns(), lanes: openLanes(placesAtEachCa), deployInTurn: openQueue() };
}
