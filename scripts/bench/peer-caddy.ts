import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../test/support/ports.ts';
import { type RunningProcess, startProcess, withLog } from '../../test/support/run-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { waitUntil, waitUntilListening } from '../../test/support/wait-until.ts';
import { caddyfile } from './peer-caddyfile.ts';

export type Caddy = {
  /** A process on the storage, which it alone uses. Resolves when it listens. */
  start(): Promise<RunningProcess>;
  /** Resolves when every name has its certificate in the storage. */
  issued(process: RunningProcess): Promise<void>;
};

/** Long enough for its own limit of ten certificates in ten seconds (certmagic), for 300 of them. */
const limitMs = 600_000;

/**
 * Caddy with one site a name, in nginx's place, where the CA looks for answers; nginx is back afterwards.
 * `dir`, under the stack's, is made for everything that Caddy writes. `use` need not stop what it starts.
 */
export async function withCaddy<T>(
  stack: Stack,
  wish: { readonly dir: string; readonly names: readonly string[] },
  use: (caddy: Caddy) => Promise<T>,
): Promise<T> {
  const started: RunningProcess[] = [];
  const caddy = await makeCaddy(stack, join(stack.dir, wish.dir), wish.names, started);
  await stack.nginx.stop();
  try {
    return await use(caddy);
  } finally {
    for (const process of started) await process.stop();
    await stack.nginx.start();
  }
}

async function makeCaddy(
  stack: Stack,
  root: string,
  names: readonly string[],
  started: RunningProcess[],
): Promise<Caddy> {
  const storage = join(root, 'storage');
  const config = join(root, 'Caddyfile');
  const [httpsPort = 0] = await freePorts(1);
  mkdirSync(root);
  writeFileSync(config, caddyfile(stack, storage, httpsPort, names));
  return {
    start: async () => {
      const process = await startProcess({
        name: 'Caddy',
        argv: ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
        env: { HOME: root, XDG_CONFIG_HOME: root, XDG_DATA_HOME: root },
        logFile: join(root, 'caddy.log'),
      });
      started.push(process);
      await waitUntilListening('Caddy', { port: httpsPort }, process);
      return process;
    },
    issued: process => waitForAll(process, storage, names),
  };
}

async function waitForAll(process: RunningProcess, storage: string, names: readonly string[]): Promise<void> {
  const missing = [...names];
  const done = () => {
    while (missing[0] !== undefined && isStored(storage, missing[0])) missing.shift();
    return missing.length === 0 || process.ended() !== null ? true : null;
  };
  await waitUntil('Caddy has every certificate', done, limitMs);
  if (missing.length > 0) throw withLog(process.ended() ?? 'Caddy', process);
}

/** Whether it keeps `NAME.json`, the last of the three files that it writes for a certificate. */
function isStored(storage: string, name: string): boolean {
  const certificates = join(storage, 'certificates');
  if (!existsSync(certificates)) return false;
  return readdirSync(certificates).some(ca => existsSync(join(certificates, ca, name, `${name}.json`)));
}
