import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess, withLog } from '../../test/support/run-process.ts';
import { waitUntil } from '../../test/support/wait-until.ts';

/** Long enough for its own limit of ten certificates in ten seconds, for 300 of them. */
const limitMs = 600_000;

/** Resolves when Caddy keeps a certificate for every name; throws with its log otherwise. */
export async function allStored(
  process: RunningProcess,
  storage: string,
  names: readonly string[],
): Promise<void> {
  const missing = [...names];
  const done = () => {
    while (missing[0] !== undefined && isStored(storage, missing[0])) missing.shift();
    return missing.length === 0 || process.ended() !== null ? true : null;
  };
  await waitUntil('Caddy has every certificate', done, limitMs).catch((thrown: unknown) => {
    throw withLog(String(thrown), process);
  });
  if (missing.length > 0) throw withLog(process.ended() ?? 'Caddy', process);
}

/** Whether it keeps `NAME.json`, the last of the three files that it writes for a certificate. */
function isStored(storage: string, name: string): boolean {
  const certificates = join(storage, 'certificates');
  if (!existsSync(certificates)) return false;
  return readdirSync(certificates).some(ca => existsSync(join(certificates, ca, name, `${name}.json`)));
}
