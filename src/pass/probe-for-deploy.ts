import type { Presented } from '../core/deploy/presented.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Target } from '../core/model.ts';
import { type AwaitedLive, awaitedLive } from './awaited.ts';
import { rootsFor } from './gate.ts';
import type { DeployerParts } from './pass-parts.ts';

/** Above what one look takes, which has a limit of its own. */
const stepLimitMs = 60_000;

/** One look of a deploy at an endpoint, as a client of what is live then. */
export function probeForDeploy(target: Target, endpoint: Endpoint, parts: DeployerParts): Promise<Presented> {
  return parts.lookSlots(async () => {
    const endStep = parts.beginStep(stepLimitMs);
    try {
      const seen = parts.world.seen(target.name);
      const awaited = awaitedLive(target, seen, parts) ?? awaitedFirst(target, parts);
      return await parts.endpointLook(endpoint, awaited, parts.signal);
    } finally {
      endStep();
    }
  });
}

/** Before anything is live nothing is expected; only whether somebody answers is asked. */
function awaitedFirst(target: Target, { authorities }: DeployerParts): Omit<AwaitedLive, 'fingerprint'> {
  const authority = authorities.get(target.cas[0].name);
  const roots = authority === undefined ? 'system' : rootsFor(authority);
  return { keyType: target.keyType, roots: roots === 'any' ? 'system' : roots, fullchainPem: '' };
}
