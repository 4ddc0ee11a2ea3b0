import type { Config } from '../config/config.ts';
import { unseenEndpoints } from '../core/deploy/unseen-endpoints.ts';
import type { Target } from '../core/model.ts';
import { planFor } from '../core/plan.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import type { HostParts } from '../pass/host-parts.ts';
import { endHostChange } from '../pass/own-accounts.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { type PassResult, reconcile } from '../reconcile.ts';
import { chosenTargets } from './named-targets.ts';
import type { PassRequest } from './pass-request.ts';

/** What a pass did, as the control socket answers it and `certd renew` prints it. */
export type PassAnswer = {
  readonly duration_ms: number;
  readonly results: readonly CertificateAnswer[];
};

export type CertificateAnswer = {
  readonly name: string;
  readonly issued: string | null;
  readonly deployed: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** When it will be renewed by itself; null where that is not known. */
  readonly renew_at: string | null;
  /** It is due, and waits: for the CA, which nothing overrides, for certd's own back-off, or to spare a limit. */
  readonly held: { readonly by: 'ca' | 'back-off' | 'limit'; readonly until: string } | null;
  /** What is issued waits for the hours in which deploys may happen: until then. */
  readonly deploy_held_until: string | null;
  /** With `deployed`: the endpoints that do not present it, where there are such. */
  readonly unseen?: readonly string[];
};

/** One pass over the named certificates, or all. Throws `usage` for a name that is not configured. */
export async function runPass(
  config: Config,
  parts: PassParts,
  { names, asked }: PassRequest,
): Promise<PassAnswer> {
  const targets = chosenTargets(config.certificates, names, parts.world);
  const startedAt = parts.clock.now();
  const results = await reconcile(targets, asked, parts);
  await endHostChange(config.certificates, parts);
  return {
    duration_ms: parts.clock.now() - startedAt,
    results: targets.flatMap(target =>
      results.filter(({ name }) => name === target.name).map(result => answerFor(result, target, parts)),
    ),
  };
}

function answerFor({ name, issued, deployed, error }: PassResult, target: Target, parts: HostParts) {
  const { served } = parts.world.seen(name).deploy;
  const unseen = deployed === null ? [] : unseenEndpoints(target.deploy.verify, served);
  return {
    name,
    issued,
    deployed,
    error: error === null ? null : { code: error.code, message: error.message },
    ...outlook(target, parts),
    ...(unseen.length > 0 && { unseen }),
  };
}

function outlook(target: Target, { world, clock }: HostParts) {
  const { issue, deploy } = planFor(target, world.seen(target.name), 'nothing', clock.now());
  return {
    renew_at: issue.kind === 'later' ? toRfc3339(issue.moment.renewAt) : null,
    held: issue.kind === 'held' ? { by: issue.by, until: toRfc3339(issue.until) } : null,
    deploy_held_until: deploy.kind === 'held' && deploy.by === 'window' ? toRfc3339(deploy.until) : null,
  };
}
