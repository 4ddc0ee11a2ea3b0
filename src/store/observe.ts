import { readdirSync } from 'node:fs';
import { firstDeployState } from '../core/deploy-model.ts';
import { asCertdError, type CertdError } from '../core/errors.ts';
import { type DiskFault, firstIssuerState, type Generation, type Observed } from '../core/model.ts';
import { readAfterOwed } from './after-owed.ts';
import { readDeployState } from './deploy-state.ts';
import { generationIds, liveId, readLeafOf, readPair } from './generation.ts';
import { readRemembered, readRememberedLeaf } from './generation-memory.ts';
import { readIssuerState } from './issuer-state.ts';
import { isName, type Layout } from './layout.ts';
import { readOfLive } from './live-generation.ts';
import { exists } from './replace-file.ts';
import { readRevocations } from './revocations.ts';
import { readServed } from './served.ts';
import { readOrigin, readWork } from './work.ts';

/**
 * Everything the disk says about one name. Whatever cannot be used or read becomes a fault of that name, so
 * that no other certificate, and no answer about them, suffers from it.
 */
export function observe(layout: Layout, name: string): Observed {
  const faults: DiskFault[] = [];
  const tolerate = <T>(read: () => T, otherwise: T, kept: 'kept' | 'replaced' = 'kept'): T => {
    try {
      return read();
    } catch (thrown) {
      const fault = faultOf(asCertdError(thrown));
      faults.push(kept === 'kept' ? fault : { ...fault, blocking: false });
      return otherwise;
    }
  };
  const issuer = tolerate(() => readIssuerState(layout.issuerState(name)), firstIssuerState);
  const deploy = tolerate(() => readDeployState(layout.deployState(name)), firstDeployState);
  const order = tolerate(() => readWork(layout, name)?.order ?? null, null);
  const revoked = tolerate(() => readRevocations(layout.revokedOf(name)), []);
  const servedRemote = tolerate(() => readServed(layout.servedOf(name)), [], 'replaced');
  const afterOwed = tolerate(() => readAfterOwed(layout.attemptOf(name)), null);
  const live = tolerate(() => readLive(layout, name), null);
  const ids = tolerate(() => issuedIds(layout, name), []);
  const issued = readRemembered(layout, name, ids, id =>
    tolerate(() => readGeneration(layout, name, id), null),
  );
  return { name, issued, live, issuer, deploy, order, servedRemote, revoked, afterOwed, faults };
}

/** Every name that certd has ever put on this disk and not forgotten. */
export function namesOnDisk(layout: Layout): readonly string[] {
  const places = [layout.live, layout.deployed, layout.issued, layout.work].filter(exists);
  const entries = places.flatMap(place => readdirSync(place, { withFileTypes: true }));
  // A file in these places is somebody's note.
  const names = entries.filter(entry => !entry.isFile() && isName(entry.name)).map(({ name }) => name);
  return [...new Set(names)].sort();
}

function readLive(layout: Layout, name: string): Observed['live'] {
  const id = liveId(layout, name);
  if (id === null) return null;
  const leaf = readRememberedLeaf(layout, name, layout.deployedGeneration(name, id), () =>
    readOfLive(layout, name, id, readLeafOf),
  );
  return { id, leaf };
}

function issuedIds(layout: Layout, name: string): readonly string[] {
  const parent = layout.issuedOf(name);
  return exists(parent) ? generationIds(readdirSync(parent)) : [];
}

function readGeneration(layout: Layout, name: string, id: string): Generation {
  const directory = layout.issuedGeneration(name, id);
  return { id, leaf: readPair(directory).leaf, ...readOrigin(directory) };
}

/** A damaged generation is passed over; of anything else nobody knows what it would have said. */
function faultOf({ code, message }: CertdError): DiskFault {
  return { code, message, blocking: code !== 'generation-damaged' };
}
