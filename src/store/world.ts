import { isDeepStrictEqual } from 'node:util';
import type { DeployState } from '../core/deploy/deploy-model.ts';
import { asCertdError, type CertdError } from '../core/errors.ts';
import { type HostFault, type HostRecord, hostSeen, ownHost } from '../core/host/host-change.ts';
import type { DiskFault, Observed } from '../core/model.ts';
import { readHostRecord } from './host-record.ts';
import type { Layout } from './layout.ts';
import { namesOnDisk, observe } from './observe.ts';

/**
 * What the disk says, kept in memory: a look at a thousand certificates with nothing to do reads no file.
 * The disk stays the truth. Whoever writes for a name looks at it again afterwards; what others write is
 * seen by `refresh`, or when `forget` says so.
 */
export type World = {
  /** What the last look at this name saw; the first call looks. */
  seen(name: string): Observed;
  /** Reads one name from the disk anew. */
  look(name: string): Observed;
  /** Somebody has changed something of this name on disk: the next `seen` looks. */
  forget(name: string): void;
  /** Every name on disk, as of the last full read, and every other that was looked at. */
  names(): readonly string[];
  /** Reads everything anew, one name at a time, and lets others work in between. Rejects where it cannot be listed. */
  refresh(): Promise<void>;
  /**
   * What happened to this name could not be written down: it is a fault in what is seen until something can. `deploy`: what
   * its deploys have come to, which is seen as long as the disk says no more than now.
   */
  unrecorded(name: string, error: CertdError, deploy?: DeployState | null): void;
  recorded(name: string): void;
  /** What keeps this name waiting though nothing of it failed: a fault in what is seen, until null. */
  waits(name: string, error: CertdError | null): void;
  /** Whose accounts and keys these are; null where that is not recorded, or `hostFault` says why it cannot be read. */
  host(): HostRecord | null;
  hostFault(): HostFault | null;
  /** From now on this is so: it was written down, or could not be and must be obeyed all the same. */
  hostIs(record: HostRecord): void;
  /** Another number whenever `seen` may say something else. */
  version(): number;
};

type Unsaved = { readonly onDisk: DeployState; readonly meant: DeployState };

/** `read` and `list` are `observe.ts`; given for tests that count. */
export function openWorld(
  layout: Layout,
  { read = observe, list = namesOnDisk }: { read?: typeof observe; list?: typeof namesOnDisk } = {},
): World {
  const known = new Map<string, Observed>();
  const unwritten = new Map<string, CertdError>();
  const unsaved = new Map<string, Unsaved>();
  const waiting = new Map<string, CertdError>();
  let onDisk: readonly string[] | null = null;
  let version = 0;
  let readHost: HostOnDisk | null = null;
  const host = () => {
    readHost ??= hostOf(layout);
    return readHost;
  };
  const withHost = (seen: Observed): Observed => {
    const { record, fault } = host();
    return { ...seen, host: fault === null ? hostSeen(record, seen.name) : { ...ownHost, fault } };
  };
  const look = (name: string): Observed => {
    version += 1;
    const seen = withUnsaved(read(layout, name), unsaved.get(name));
    const notes = [
      faultOf('what happened last could not be written down', unwritten.get(name)),
      faultOf('it waits', waiting.get(name)),
    ].filter(fault => fault !== null);
    const noted = withHost(notes.length === 0 ? seen : { ...seen, faults: [...seen.faults, ...notes] });
    known.set(name, noted);
    return noted;
  };
  const names = () => {
    onDisk ??= list(layout);
    return [...new Set([...onDisk, ...known.keys()])];
  };
  const forget = (name: string) => {
    version += 1;
    known.delete(name);
  };
  return {
    seen: name => known.get(name) ?? look(name),
    look,
    forget,
    names,
    async refresh() {
      onDisk = list(layout);
      // What could not be read may have been mended; what was read is changed by nobody else.
      if (host().fault !== null) readHost = null;
      for (const name of names()) {
        look(name);
        await new Promise<void>(goOn => setImmediate(goOn));
      }
    },
    unrecorded: (name, error, meant = null) => {
      unwritten.set(name, error);
      if (meant !== null) unsaved.set(name, { onDisk: read(layout, name).deploy, meant });
      forget(name);
    },
    recorded: name => {
      if (unwritten.delete(name)) forget(name);
    },
    waits: (name, error) => {
      if (error === null ? !waiting.delete(name) : waiting.get(name)?.message === error.message) return;
      if (error !== null) waiting.set(name, error);
      forget(name);
    },
    host: () => host().record,
    hostFault: () => host().fault,
    hostIs: record => {
      version += 1;
      readHost = { record, fault: null };
      for (const [name, seen] of known) known.set(name, withHost(seen));
    },
    version: () => version,
  };
}

/** Whatever was written since is the truth again. */
function withUnsaved(seen: Observed, unsaved: Unsaved | undefined): Observed {
  if (unsaved === undefined || !isDeepStrictEqual(seen.deploy, unsaved.onDisk)) return seen;
  return { ...seen, deploy: unsaved.meant };
}

type HostOnDisk = { readonly record: HostRecord | null; readonly fault: HostFault | null };

function hostOf(layout: Layout): HostOnDisk {
  try {
    return { record: readHostRecord(layout), fault: null };
  } catch (thrown) {
    const { code, message } = asCertdError(thrown);
    return { record: null, fault: { code, message } };
  }
}

function faultOf(what: string, error: CertdError | undefined): DiskFault | null {
  return error === undefined
    ? null
    : { code: error.code, message: `${what}: ${error.message}`, blocking: false };
}
