import type { Config } from '../config/config.ts';
import { CertdError } from '../core/errors.ts';
import type { Target } from '../core/model.ts';
import { planFor } from '../core/plan.ts';
import { toRfc3339 } from '../core/time-text.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { type PassResult, reconcile } from '../reconcile.ts';
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
  /** It is due, and waits: for the CA, which nothing overrides, or for certd's own back-off. */
  readonly held: { readonly by: 'ca' | 'back-off'; readonly until: string } | null;
};

/** One pass over the named certificates, or all. Throws `usage` for a name that is not configured. */
export async function runPass(
  config: Config,
  parts: PassParts,
  { names, asked }: PassRequest,
): Promise<PassAnswer> {
  const targets = chosen(config.certificates, names);
  const startedAt = parts.clock.now();
  const results = await reconcile(targets, asked, parts);
  return {
    duration_ms: parts.clock.now() - startedAt,
    results: results.map(result => answerFor(result, config, parts)),
  };
}

function chosen(targets: readonly Target[], names: readonly string[] | null): readonly Target[] {
  if (names === null) return targets;
  const unknown = names.filter(name => !targets.some(target => target.name === name));
  if (unknown.length === 0) return targets.filter(({ name }) => names.includes(name));
  const known = targets.map(({ name }) => name).join(', ');
  throw new CertdError('usage', `no certificate is named ${unknown.join(', ')}; there are: ${known}`);
}

function answerFor({ name, issued, deployed, error }: PassResult, config: Config, parts: PassParts) {
  return {
    name,
    issued,
    deployed,
    error: error === null ? null : { code: error.code, message: error.message },
    ...outlook(name, config, parts),
  };
}

function outlook(name: string, config: Config, parts: PassParts) {
  const target = config.certificates.find(candidate => candidate.name === name);
  const { world, clock } = parts;
  const issue = target === undefined ? null : planFor(target, world.seen(name), 'nothing', clock.now()).issue;
  return {
    renew_at: issue?.kind === 'later' ? toRfc3339(issue.moment.renewAt) : null,
    held: issue?.kind === 'held' ? { by: issue.by, until: toRfc3339(issue.until) } : null,
  };
}
