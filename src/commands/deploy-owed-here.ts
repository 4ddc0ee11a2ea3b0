import { setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../core/instant.ts';
import type { DeployAnswer, DeployRequest } from '../daemon/run-deploy.ts';
import { runOwed } from '../daemon/run-owed.ts';
import { elapsed } from '../host/clock.ts';
import type { HostParts } from '../pass/host-parts.ts';
import type { DeployerParts } from '../pass/pass-parts.ts';
import { type Taken, takeRequests } from '../store/take-requests.ts';
import { type DeployerPlaces, deployHere } from './deploy-here.ts';

/** Above any deploy: what this one is to do may have come after the other has looked. */
const patienceMs: Millis = 30 * 60_000;

/** An issuer in hostile hands can ask again at once, for ever: so often it has root do something, and no more. */
const shortestMs: Millis = 1000;

/** What cannot be removed asks again by itself. */
const shortestUnsafeMs: Millis = 60_000;

/**
 * `certd deploy --owed` in this process, as its unit runs it: takes the requests, deploys what is owed and looks at the
 * endpoints. What is asked for from then on starts the unit anew.
 */
export async function deployOwedHere(request: DeployRequest, places: DeployerPlaces): Promise<DeployAnswer> {
  const startedAt = elapsed();
  let taken: Taken = { found: 0, left: null };
  const first = async (parts: DeployerParts) => {
    taken = await takeRequests(parts.disk, parts.layout);
    if (taken.left !== null) warnOf(taken.left, parts);
  };
  const answer = await deployHere(places, {
    patienceMs,
    first,
    job: ({ config, parts }) => runOwed(config, parts, request),
  });
  await sleep(Math.max(0, shortestOf(taken) - (elapsed() - startedAt)));
  return answer;
}

function warnOf(reason: string, { log }: HostParts): void {
  log.warn({ code: 'requests-unsafe', reason }, 'requests could not be removed');
}

function shortestOf({ found, left }: Taken): Millis {
  if (left !== null) return shortestUnsafeMs;
  return found > 0 ? shortestMs : 0;
}
