import type { Config } from '../config/config.ts';
import { defaultThresholds } from '../config/normalise.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import { problem } from '../core/status/certificate-problems.ts';
import type { Problem, StatusDocument } from '../core/status/status-document.ts';
import { readStatus } from '../daemon/read-status.ts';
import { readUnconfigured } from '../daemon/read-unconfigured.ts';
import { type Layout, layoutAt } from '../store/layout.ts';
import { checkLayout } from '../store/open.ts';
import { openWorld } from '../store/world.ts';
import { configured } from './configured.ts';
import type { Places } from './places.ts';
import { checkRight } from './right-to-read.ts';

/**
 * Status where the usual socket does not answer: from the socket that the configuration names, else from the
 * disk, with the reason as a problem; a configuration that cannot be used is another one. Throws where the disk
 * cannot be read.
 */
export async function statusWithoutDaemon(
  places: Places,
  why: CertdError,
  fromSocket: (socket: string) => Promise<StatusDocument>,
): Promise<StatusDocument> {
  const read = withRight(why, () => readConfig(places));
  const socket = 'config' in read ? read.config.health.socket : null;
  let reason = why;
  // Silence has used up the time that the question may take; a second socket would take as long again.
  if (socket !== null && why.code === 'daemon-dead') {
    try {
      return await fromSocket(socket);
    } catch (thrown) {
      reason = asCertdError(thrown);
      if (reason.code === 'permission-denied' || reason.code === 'daemon-newer') throw reason;
    }
  }
  const dead = reason;
  return withRight(dead, () => fromDisk(places, read, dead));
}

/** Who has not the right to read must learn that the daemon is dead all the same. */
function withRight<T>(why: CertdError, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const { code, facts } = asCertdError(thrown);
    if (code !== 'permission-denied') throw thrown;
    const what = facts['path'] ?? 'the disk';
    throw new CertdError(code, `${why.message}; and this user may not read ${what}`, { cause: thrown });
  }
}

type Read = { readonly config: Config } | { readonly refused: Problem };

function readConfig(places: Places): Read {
  checkRight(places.config);
  try {
    return { config: configured(places) };
  } catch (thrown) {
    const { code, message } = asCertdError(thrown);
    if (code !== 'config-invalid' && code !== 'config-unreadable') throw thrown;
    return { refused: problem('config-refused', 'warning', null, message, null) };
  }
}

function fromDisk({ stateDir }: Places, read: Read, { code, message }: CertdError): StatusDocument {
  const silent = code === 'daemon-silent' ? 'daemon-silent' : 'daemon-dead';
  const layout = layoutAt(stateDir);
  const problems = [problem(silent, 'warning', null, message, null), ...layoutProblems(layout)];
  const teller = { source: 'disk', pid: null, startedAt: null, now: Date.now() } as const;
  const world = openWorld(layout);
  if ('config' in read) return readStatus(read.config, world, { ...teller, problems });
  return readUnconfigured(world, defaultThresholds, { ...teller, problems: [...problems, read.refused] });
}

/** `status` alone reads also a state directory that every other command refuses (contract section 3). */
function layoutProblems(layout: Layout): readonly Problem[] {
  try {
    checkLayout(layout);
    return [];
  } catch (thrown) {
    const { code, message } = asCertdError(thrown);
    if (code !== 'layout-too-new' && code !== 'layout-corrupt') throw thrown;
    return [problem(code, 'critical', null, message, null)];
  }
}
