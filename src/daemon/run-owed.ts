import type { Config } from '../config/config.ts';
import { hasDrifted } from '../core/deploy/drift.ts';
import { lookAtEndpoints } from '../pass/look-at-endpoints.ts';
import type { DeployerParts } from '../pass/pass-parts.ts';
import { chosenTargets } from './named-targets.ts';
import { type DeployAnswer, type DeployRequest, runDeploy } from './run-deploy.ts';

/**
 * What a deployer that is a process of its own does by itself: it deploys what is owed, and looks at the endpoints that it
 * is time to look at. One that has come to present something else is owed a deploy at once, since nobody may ask again
 * before it is.
 */
export async function runOwed(
  config: Pick<Config, 'certificates'>,
  parts: DeployerParts,
  request: DeployRequest,
): Promise<DeployAnswer> {
  const first = await runDeploy(config, parts, request);
  const targets = chosenTargets(config.certificates, request.names, parts.world);
  await Promise.all(targets.map(target => lookAtEndpoints(target, 'nothing', parts)));
  const drifted = targets.filter(target => hasDrifted(target, parts.world.seen(target.name)));
  if (drifted.length === 0) return first;
  const second = await runDeploy(config, parts, { ...request, names: drifted.map(({ name }) => name) });
  const again = new Map(second.results.map(result => [result.name, result]));
  return { results: first.results.map(result => again.get(result.name) ?? result) };
}
