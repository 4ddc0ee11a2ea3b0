import type { Authority } from '../config/config.ts';
import type { Observed, Target } from '../core/model.ts';
import { fullchainIn } from '../store/generation.ts';
import type { Layout } from '../store/layout.ts';
import { readOfLive } from '../store/live-generation.ts';
import type { Awaited } from './endpoint-look.ts';
import { rootsFor } from './gate.ts';
import { issuedBy } from './renewal-window.ts';

/** What the endpoints of a certificate are to present. */
export type AwaitedLive = Awaited & {
  /** Of the leaf, SHA-256 as lower-case hex. */
  readonly fingerprint: string;
};

type Known = { readonly layout: Layout; readonly authorities: ReadonlyMap<string, Authority> };

/** Read from what is live, without its key; null where nothing is. Throws `generation-damaged`, or the disk’s own error. */
export function awaitedLive(target: Target, seen: Observed, known: Known): AwaitedLive | null {
  if (seen.live === null) return null;
  const { id, leaf } = seen.live;
  const authority = authorityOfLive(target, seen, known);
  const roots = authority === null ? 'system' : rootsFor(authority);
  return {
    fingerprint: leaf.fingerprintSha256,
    keyType: leaf.keyType ?? target.keyType,
    roots,
    // Nobody else needs more of it than its leaf.
    fullchainPem: roots === 'any' ? readOfLive(known.layout, seen.name, id, fullchainIn) : '',
  };
}

/** Who may read what is live need not be able to read where it came from: then from where the configuration says. */
function authorityOfLive(
  target: Target,
  { live, issued }: Observed,
  known: Known,
): Pick<Authority, 'rootsFile' | 'directoryUrl'> | null {
  const generation = issued.find(({ id }) => id === live?.id);
  if (generation === undefined) return known.authorities.get(target.cas[0].name) ?? null;
  return issuedBy(generation, known) ?? { rootsFile: null, directoryUrl: generation.directoryUrl };
}
