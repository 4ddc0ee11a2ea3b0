import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { layoutAt } from '../../src/store/layout.ts';
import { type CertdProcess, startCertd } from '../../test/support/certd-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { countByKind } from './requests.ts';
import { siteNames, sitesConfig } from './sites.ts';

export type FromNothing = {
  /** From the start of `certd run` until the last certificate is deployed, its hook included. */
  readonly ms: number;
  /** What Pebble saw, by kind, for all of them together. */
  readonly requests: Readonly<Record<string, number>>;
  readonly reloads: number;
};

/** Starts certd with no state at all, and returns it once every certificate is issued and deployed. */
export async function fromNothing(
  stack: Stack,
  dir: string,
  wish: { readonly prefix: string; readonly count: number },
): Promise<FromNothing & { readonly certd: CertdProcess }> {
  const seen = stack.pebble.requests().length;
  const reloads = await stack.nginx.reloadCount();
  const names = siteNames(wish.prefix, wish.count);
  const start = performance.now();
  const certd = await startCertd(join(stack.dir, dir), sitesConfig(stack, names));
  await waitUntil('all certificates are deployed', () => allDeployed(certd, names), 300_000);
  return {
    ms: performance.now() - start,
    requests: countByKind(stack.pebble.requests().slice(seen)),
    reloads: (await stack.nginx.reloadCount()) - reloads,
    certd,
  };
}

/** Read from the disk: asking the daemon would be part of what is measured. */
function allDeployed(certd: CertdProcess, names: readonly string[]): true | null {
  const layout = layoutAt(certd.stateDir);
  if (!existsSync(layout.live) || readdirSync(layout.live).length < names.length) return null;
  const states = names.map(name => readDeployState(layout.deployState(name)));
  return states.every(({ deployed, underWay }) => deployed !== null && underWay === null) ? true : null;
}
