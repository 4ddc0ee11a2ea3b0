import { type Dirent, readdirSync } from 'node:fs';
import { firstDeployState } from '../core/deploy/deploy-model.ts';
import { asCertdError, type CertdError } from '../core/errors.ts';
import { ownHost } from '../core/host/host-change.ts';
import { type DiskFault, firstIssuerState, type Generation, type Observed } from '../core/model.ts';
import { readAfterOwed } from './after-owed.ts';
import { readDeployState } from './deploy-state.ts';
import { damaged, leafIn, liveId, pairIn } from './generation.ts';
import { type Recall, readRememberedLeaf, remembering } from './generation-memory.ts';
import { idsIn } from './issued-ids.ts';
import { inIssuerPlace, inPlace } from './issuer-place.ts';
import { readIssuerState } from './issuer-state.ts';
import { corrupt } from './json.ts';
import { isName, type Layout } from './layout.ts';
import { readOfLive } from './live-generation.ts';
import { originIn } from './origin.ts';
import { entriesOf, type Place } from './place.ts';
import { exists } from './replace-file.ts';
import { requestedAt } from './requests.ts';
import { readRevocations } from './revocations.ts';
import { readServed } from './served.ts';
import { readWork } from './work.ts';

/**
 * Everything the disk says about one name. Whatever cannot be used or read becomes a fault of that name, so
 * that no other certificate, and no answer about them, suffers from it. `host` is of all names, and added by `world.ts`.
 */
export function observe(layout: Layout, name: string): Observed {
  const { faults, tolerate } = openFaults();
  return {
    name,
    ...readDeployers(layout, name, tolerate),
    host: ownHost,
    issuer: tolerate(() => readIssuerState(layout, name), firstIssuerState),
    order: tolerate(() => readWork(layout, name)?.order ?? null, null),
    revoked: tolerate(() => readRevocations(layout, name), []),
    requestedAt: tolerate(() => requestedAt(layout, name), null, 'replaced'),
    servedRemote: tolerate(() => readServed(layout, name), [], 'replaced'),
    afterOwed: tolerate(() => readAfterOwed(layout, name), null),
    issued: tolerate(() => readIssued(layout, name, tolerate), []),
    faults,
  };
}

/**
 * The same as far as a deployer of its own needs it: whoever has the issuer's account must not hold up a rollback, or a
 * deploy on its way back, by what only the issuer goes by. Of what is issued only the newest are read, however many there are.
 */
export function observeAsDeployer(layout: Layout, name: string): Observed {
  const { faults, tolerate } = openFaults();
  const ofDeployer = readDeployers(layout, name, tolerate);
  const { deployed, previous, underWay } = ofDeployer.deploy;
  const named = [deployed, previous, underWay?.id, underWay?.from, ofDeployer.live?.id];
  const choose = (ids: readonly string[]) =>
    ids.filter((id, index) => index >= ids.length - mostNewest || named.includes(id));
  return {
    name,
    ...ofDeployer,
    host: ownHost,
    issuer: firstIssuerState,
    order: null,
    requestedAt: null,
    servedRemote: [],
    afterOwed: null,
    revoked: tolerate(() => readRevocations(layout, name), [], 'replaced'),
    issued: tolerate(() => readIssued(layout, name, tolerate, choose), []),
    faults,
  };
}

/** Above the three that are kept and what is issued while deploys fail. */
const mostNewest = 8;

function openFaults(): { readonly faults: readonly DiskFault[]; readonly tolerate: Tolerate } {
  const faults: DiskFault[] = [];
  const tolerate: Tolerate = (read, otherwise, kept = 'kept') => {
    try {
      return read();
    } catch (thrown) {
      const fault = faultOf(asCertdError(thrown));
      faults.push(kept === 'kept' ? fault : { ...fault, blocking: false });
      return otherwise;
    }
  };
  return { faults, tolerate };
}

function readDeployers(layout: Layout, name: string, tolerate: Tolerate): Pick<Observed, 'deploy' | 'live'> {
  return {
    deploy: tolerate(() => readDeployState(layout.deployState(name)), firstDeployState),
    live: tolerate(() => readLive(layout, name), null),
  };
}

/** Runs a read; what it throws becomes a fault, and `otherwise` the answer. `replaced`: what is written next needs no part of it. */
type Tolerate = <T>(read: () => T, otherwise: T, kept?: 'kept' | 'replaced') => T;

/** Every name that certd has ever put on this disk and not forgotten. Throws `state-corrupt`, or the disk's own error. */
export function namesOnDisk(layout: Layout): readonly string[] {
  const issuers = [layout.issued, layout.work];
  const entries = issuers.flatMap(place => inIssuerPlace(layout, place, corrupt, namesIn) ?? []);
  return [...new Set([...deployedNames(layout), ...namesOf(entries), ...namesOwing(layout)])].sort();
}

/** Of attempts that have not come to their end, also where nothing else is left of them. */
function namesOwing(layout: Layout): readonly string[] {
  const files = inIssuerPlace(layout, layout.attempts, corrupt, namesIn) ?? [];
  return files
    .filter(({ name }) => name.endsWith('.json'))
    .map(({ name }) => name.slice(0, -'.json'.length))
    .filter(isName);
}

/** Every name of the deployer's, who does not depend on what the issuer has in store. */
export function deployedNames(layout: Layout): readonly string[] {
  const places = [layout.live, layout.deployed].filter(exists);
  const entries = places.flatMap(place => readdirSync(place, { withFileTypes: true }));
  return [...new Set(namesOf(entries))].sort();
}

function namesOf(entries: readonly Dirent[]): readonly string[] {
  // A file in these places is somebody's note.
  return entries.filter(entry => !entry.isFile() && isName(entry.name)).map(({ name }) => name);
}

const mostNames = 100_000;

function namesIn(place: Place): readonly Dirent[] {
  return entriesOf(place, { most: mostNames, refuse: corrupt });
}

function readLive(layout: Layout, name: string): Observed['live'] {
  const id = liveId(layout, name);
  if (id === null) return null;
  const leaf = readRememberedLeaf(layout, name, layout.deployedGeneration(name, id), () =>
    readOfLive(layout, name, id, leafIn),
  );
  return { id, leaf };
}

function readIssued(
  layout: Layout,
  name: string,
  tolerate: Tolerate,
  choose = (ids: readonly string[]) => ids,
): readonly Generation[] {
  const found = remembering(layout, name, recall =>
    inIssuerPlace(layout, layout.issuedOf(name), corrupt, place =>
      choose(idsIn(place)).map(id => tolerate(() => generationIn(place, id, recall), null)),
    ),
  );
  return (found ?? []).filter(generation => generation !== null);
}

/** Null where it has gone meanwhile. */
function generationIn(issued: Place, id: string, recall: Recall): Generation | null {
  return inPlace(issued, id, damaged, place =>
    recall(id, place, () => ({ id, leaf: pairIn(place).leaf, ...originIn(place) })),
  );
}

/** A damaged generation is passed over; of anything else nobody knows what it would have said. */
function faultOf({ code, message }: CertdError): DiskFault {
  return { code, message, blocking: code !== 'generation-damaged' };
}
