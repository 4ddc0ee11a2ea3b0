import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess, withLog } from '../../test/support/run-process.ts';
import { waitUntil } from '../../test/support/wait-until.ts';

/** Long enough for its own limit of ten certificates in ten seconds, for 300 of them. */
const limitMs = 600_000;

/** Several times the ten seconds that Caddy waits by itself between two bunches. */
const stuckMs = 60_000;

/**
 * True when Caddy keeps a certificate for every name; false when none has come for a minute, for the CA has
 * stopped answering. Throws with its log where it ends.
 */
export async function allStored(
  process: RunningProcess,
  storage: string,
  names: readonly string[],
): Promise<boolean> {
  let missing = names;
  let lastAt = performance.now();
  const stuck = () => performance.now() - lastAt > stuckMs;
  const done = () => {
    const left = missing.filter(name => !isStored(storage, name));
    if (left.length < missing.length) lastAt = performance.now();
    missing = left;
    return missing.length === 0 || process.ended() !== null || stuck() ? true : null;
  };
  await waitUntil('Caddy has every certificate', done, limitMs).catch((thrown: unknown) => {
    throw withLog(String(thrown), process);
  });
  const ended = process.ended();
  if (missing.length > 0 && ended !== null) throw withLog(ended, process);
  return missing.length === 0;
}

/** Whether it keeps `NAME.json`, the last of the three files that it writes for a certificate. */
function isStored(storage: string, name: string): boolean {
  const certificates = join(storage, 'certificates');
  if (!existsSync(certificates)) return false;
  return readdirSync(certificates).some(ca => existsSync(join(certificates, ca, name, `${name}.json`)));
}
