import { asCertdError, CertdError } from '../core/errors.ts';
import { isIdOf } from '../core/generation-id.ts';
import type { Leaf, Target } from '../core/model.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { liveId, type ReadPair, readIssuedPair, readPair } from '../store/generation.ts';
import { readOrigin } from '../store/origin.ts';
import { installGeneration } from '../store/publish.ts';
import { refusalsOf, rootsFor } from './gate.ts';
import type { HostParts } from './host-parts.ts';
import type { DeployerParts } from './pass-parts.ts';
import { issuedBy } from './renewal-window.ts';
import type { Roots } from './trust.ts';

/**
 * Step 9 of docs/state.md section 4, with the gate: nothing the issuer wrote is believed before it parses, fits what the
 * configuration asks for and is encoded anew. What is live is judged by the deployer's own copy, which came through the gate
 * before: whoever has the issuer's account could have put anything under its number since. Throws `gate-refused`.
 */
export async function install(target: Target, id: string, parts: DeployerParts): Promise<Leaf> {
  await loopTurn();
  const { layout } = parts;
  const own = liveId(layout, target.name) === id ? copyOf(target.name, id, parts) : null;
  const { leaf, ...pair } = own ?? issuedPair(target.name, id, parts);
  // A name that was added since is for the next order; what is live already only owes its hooks.
  const domains = own === null ? target.domains : leaf.domains;
  const [host = ''] = domains;
  const reasons = await refusalsOf(
    {
      fullchainPem: pair.cert + pair.chain,
      keyPem: pair.key,
      host,
      domains,
      // A changed key type waits for the next renewal (contract section 2): it does not hold up this one.
      keyType: leaf.keyType ?? target.keyType,
      // What is live has come to roots that were right then, whatever the configuration says by now.
      roots: own === null ? rootsOf(target, id, parts) : 'any',
    },
    parts,
  );
  if (reasons.length > 0) {
    throw new CertdError(
      'gate-refused',
      `generation ${id} of ${target.name} is refused: ${reasons.join('; ')}`,
    );
  }
  await installGeneration(parts.disk, layout, target.name, { id, pair });
  return leaf;
}

/** An id is that of one leaf: another's, which an issuer apart can put under it, would be taken for what was deployed before. */
function issuedPair(name: string, id: string, { layout, half }: DeployerParts): ReadPair {
  const directory = layout.issuedGeneration(name, id);
  const found = readIssuedPair(layout, directory);
  if (half !== 'deployer' || isIdOf(id, found.leaf.fingerprintSha256)) return found;
  throw new CertdError('generation-damaged', `${directory}: its leaf is not the one that its name says`);
}

/** Null where it has gone bad, and is to be made anew. */
function copyOf(name: string, id: string, { layout }: HostParts): ReadPair | null {
  try {
    return readPair(layout.deployedGeneration(name, id));
  } catch (thrown) {
    if (asCertdError(thrown).code === 'generation-damaged') return null;
    throw thrown;
  }
}

/**
 * From the configuration alone: what the issuer says only chooses among its CAs. Those of a staging CA, whose roots nobody
 * has, pass where this certificate is to come from it, and else need a root that clients have.
 */
function rootsOf({ name, cas }: Target, id: string, parts: DeployerParts): Roots {
  const origin = readOrigin(parts.layout, parts.layout.issuedGeneration(name, id));
  const authority = issuedBy(origin, parts);
  if (authority === null) return 'system';
  const roots = rootsFor(authority);
  return roots !== 'any' || cas.some(ca => ca.name === authority.name) ? roots : 'system';
}
