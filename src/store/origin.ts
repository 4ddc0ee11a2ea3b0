import { join } from 'node:path';
import { asCertdError, CertdError } from '../core/errors.ts';
import type { Generation, ProfileRecord, Validation } from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { toRfc3339 } from '../core/text/time-text.ts';
import { corrupt, type Fields, readIssuerFile, stateIn } from './json.ts';
import type { Layout } from './layout.ts';
import type { Place } from './place.ts';
import { replaceState } from './replace-file.ts';

/** Where a generation came from. */
export type Origin = Pick<
  Generation,
  'ca' | 'directoryUrl' | 'account' | 'profile' | 'preferredChain' | 'validated'
>;

/** The last file of a download: while it is not there, the others may be incomplete. */
export const originFile = 'generation.json';

/** Says what a complete set of files in `directory` came from. Durable on return. */
export function writeOrigin(disk: Disk, directory: string, origin: Origin): Promise<void> {
  const fields = {
    ca: origin.ca,
    directory: origin.directoryUrl,
    account: origin.account,
    ...profileDocument(origin.profile),
    preferred_chain: origin.preferredChain,
    validated: origin.validated.map(({ domain, ca, at }) => ({ domain, ca, at: toRfc3339(at) })),
  };
  return replaceState(disk, join(directory, originFile), fields, 0o400);
}

/** What `generation.json` says of an issued generation. Throws `generation-damaged` where it cannot be read. */
export function readOrigin(layout: Layout, directory: string): Origin {
  return understood(() => originOf(readIssuerFile(layout, join(directory, originFile)), directory));
}

/** The same in a directory to read in. */
export function originIn(place: Place): Origin {
  return understood(() => originOf(stateIn(place, originFile), place.path));
}

function originOf(fields: Fields | null, directory: string): Origin {
  if (fields === null) throw corrupt(directory, `${originFile} is not there`);
  return {
    ca: fields.text('ca'),
    directoryUrl: fields.text('directory'),
    account: fields.textIfAny('account'),
    profile: profileOf(fields),
    preferredChain: fields.textIfAny('preferred_chain'),
    validated: fields.objectsIfAny('validated').map(validationOf),
  };
}

function validationOf(fields: Fields): Validation {
  return { domain: fields.text('domain'), ca: fields.text('ca'), at: fields.instant('at') };
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    // No counter is lost with it: one spoiled generation, perhaps an old one, must not hold up its name.
    const error = asCertdError(thrown);
    if (error.code !== 'state-corrupt') throw error;
    throw new CertdError('generation-damaged', error.message, { cause: error });
  }
}

/** As `profileOf` reads it; an order has it in the same form. */
export function profileDocument({ wanted, ordered }: ProfileRecord) {
  return { profile: ordered, profile_wanted: wanted };
}

export function profileOf(fields: Fields): ProfileRecord {
  return { wanted: fields.textIfAny('profile_wanted'), ordered: fields.textIfAny('profile') };
}
