import { problem } from '../core/certificate-problems.ts';
import { asCertdError, type CertdError } from '../core/errors.ts';
import type { StatusDocument } from '../core/status-document.ts';
import { readStatus } from '../daemon/read-status.ts';
import { layoutAt } from '../store/layout.ts';
import { openWorld } from '../store/world.ts';
import { configured, showProblem } from './configured.ts';
import type { Places } from './places.ts';
import { checkRight } from './right-to-read.ts';

/**
 * Status where the usual socket does not answer: from the socket that the configuration names, else from the
 * disk, with the reason as a problem. Throws where the configuration or the disk cannot be read.
 */
export async function statusWithoutDaemon(
  places: Places,
  why: CertdError,
  fromSocket: (socket: string) => Promise<StatusDocument>,
): Promise<StatusDocument> {
  checkRight(places.config);
  const config = configured(places.config, showProblem);
  let reason = why;
  // Silence has used up the time that the question may take; a second socket would take as long again.
  if (config.health.socket !== null && why.code === 'daemon-dead') {
    try {
      return await fromSocket(config.health.socket);
    } catch (thrown) {
      reason = asCertdError(thrown);
      if (reason.code === 'permission-denied') throw reason;
    }
  }
  const code = reason.code === 'daemon-silent' ? 'daemon-silent' : 'daemon-dead';
  const now = Date.now();
  return readStatus(config, openWorld(layoutAt(places.stateDir)), {
    source: 'disk',
    pid: null,
    startedAt: null,
    now,
    problems: [problem(code, 'warning', null, reason.message, null)],
  });
}
