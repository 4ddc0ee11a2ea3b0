import type { Endpoint } from './endpoint.ts';
import type { Target } from './model.ts';

/** What works here: both halves in one process, or one of the two that are kept apart (docs/architecture.md). */
export type Half = 'both' | 'issuer' | 'deployer';

/**
 * The configuration as a half goes by it. Apart, each looks at endpoints of its own: the deployer connects to nothing but
 * this host, and nobody else can judge those as a deploy does.
 */
export function configOf<T extends { readonly certificates: readonly Target[] }>(half: Half, config: T): T {
  if (half === 'both') return config;
  const mine: Endpoint['source'] = half === 'issuer' ? 'remote' : 'local';
  const certificates = config.certificates.map(target => {
    const verify = target.deploy.verify.filter(({ source }) => source === mine);
    return { ...target, deploy: { ...target.deploy, verify } };
  });
  return { ...config, certificates };
}
