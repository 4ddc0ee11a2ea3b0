import type { DeployWindow, OutputFile } from '../core/deploy/deploy-model.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Target } from '../core/model.ts';
import type { CertificateEntry, MainFile } from './schema.ts';
import { holdsKey } from './schema-deploy.ts';

type Written = NonNullable<CertificateEntry['deploy']>;

/** What happens with a new certificate: each key from the nearest place that has it. */
export function deployOf(
  entry: CertificateEntry,
  { defaults = {}, redeploy_on_drift: everywhere }: MainFile,
): Pick<Target, 'files' | 'deploy' | 'attempt'> {
  const own: Written = { ...defaults.deploy, ...entry.deploy };
  const { before = [], after = [] } = { ...defaults.attempt, ...entry.attempt };
  const [first = ''] = entry.domains;
  return {
    files: (entry.files ?? defaults.files ?? []).map(outputOf),
    deploy: {
      test: own.test ?? null,
      hooks: own.hooks ?? [],
      timeoutMs: own.timeout ?? 60_000,
      verify: (own.verify ?? []).map(written => endpointOf(written, first)),
      window: own.window === undefined ? null : windowOf(own.window),
      onFailure: own.on_failure ?? 'rollback',
      redeployOnDrift: entry.redeploy_on_drift ?? defaults.redeploy_on_drift ?? everywhere ?? false,
    },
    attempt: { before, after },
  };
}

function outputOf({
  path,
  content,
  owner,
  group,
  mode,
}: NonNullable<CertificateEntry['files']>[number]): OutputFile {
  return {
    path,
    content,
    owner: owner ?? null,
    group: group ?? null,
    mode: mode ?? (holdsKey(content) ? 0o400 : 0o444),
  };
}

function endpointOf(written: NonNullable<Written['verify']>[number], firstDomain: string): Endpoint {
  return {
    ...written.connect,
    serverName: written.server_name ?? firstDomain,
    timeoutMs: written.timeout ?? 30_000,
    starttls: written.starttls ?? null,
    proxyProtocol: written.proxy_protocol ?? null,
    source: written.source ?? 'local',
  };
}

function windowOf({ hours, timezone }: NonNullable<Written['window']>): DeployWindow {
  return { ...hours, timeZone: timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone };
}
