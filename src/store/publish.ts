import { lstatSync, readdirSync } from 'node:fs';
import type { DeployState } from '../core/deploy/deploy-model.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Half } from '../core/half.ts';
import type { Disk } from '../core/ports.ts';
import { generationIds, liveId, type Pair, readPair, writePair } from './generation.ts';
import { generationFiles, type Layout } from './layout.ts';
import { removeDirectory, removeTree } from './remove-tree.ts';
import { exists } from './replace-file.ts';

/** Step 9: a generation of the deployer's own, from re-encoded text. One that is complete already is kept. */
export async function installGeneration(
  disk: Disk,
  layout: Layout,
  name: string,
  { id, pair }: { readonly id: string; readonly pair: Pair },
): Promise<void> {
  const parent = layout.deployedOf(name);
  const place = layout.deployedGeneration(name, id);
  if (!exists(parent)) await disk.makeDir(parent, 0o755);
  // Also where it was there: a kill may have come between the directory and its sync.
  await disk.syncDir(layout.deployed);
  if (exists(place) && holds(place, pair)) return disk.syncDir(parent);
  const fresh = layout.deployedGeneration(name, `.new-${id}`);
  if (exists(fresh)) await removeTree(disk, fresh);
  await disk.makeDir(fresh, 0o755);
  await writePair(disk, fresh, pair, generationFiles);
  // A spoiled copy goes only once its replacement stands beside it: it may be the live one.
  await removeDirectory(disk, place);
  await disk.rename(fresh, place);
  await disk.syncDir(parent);
}

/** Step 11: one rename(2) shows the whole generation. */
export async function flipLive(disk: Disk, layout: Layout, name: string, id: string): Promise<void> {
  if (liveId(layout, name) === id) return;
  refuseForeign(layout.liveLink(name));
  const fresh = layout.liveLinkNew(name);
  if (exists(fresh)) await disk.unlink(fresh);
  await disk.symlink(layout.liveLinkTarget(name, id), fresh);
  await disk.rename(fresh, layout.liveLink(name));
  await disk.syncDir(layout.live);
}

/** A copied directory in the link's place (`cp -L`, some backups) cannot be replaced by a rename. */
function refuseForeign(link: string): void {
  if (!exists(link) || lstatSync(link).isSymbolicLink()) return;
  throw new CertdError('disk-failed', `${link} is no link of certd's: move it away, and the deploy goes on`);
}

const keptGenerations = 3;

/**
 * Step 15: keeps the newest three, what is live, and what a rollback would go back to. Each half removes what it has
 * written.
 */
export async function prune(
  disk: Disk,
  layout: Layout,
  name: string,
  { state, half }: { readonly state: DeployState; readonly half: Half },
): Promise<void> {
  const { deployed, previous, underWay } = state;
  const kept = [deployed, previous, underWay?.id, underWay?.from, liveId(layout, name)];
  const parents = { deployer: layout.deployedOf(name), issuer: layout.issuedOf(name) };
  for (const parent of half === 'both' ? [parents.deployer, parents.issuer] : [parents[half]]) {
    const ids = exists(parent) ? generationIds(readdirSync(parent)) : [];
    for (const id of ids.slice(0, -keptGenerations).filter(old => !kept.includes(old))) {
      await removeDirectory(disk, `${parent}/${id}`);
    }
  }
}

function holds(place: string, pair: Pair): boolean {
  try {
    const found = readPair(place);
    return found.key === pair.key && found.cert === pair.cert && found.chain === pair.chain;
  } catch (thrown) {
    if (asCertdError(thrown).code === 'generation-damaged') return false;
    throw thrown;
  }
}
