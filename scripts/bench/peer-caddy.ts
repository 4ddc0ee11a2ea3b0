import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPebble, type TestPebble } from '../../test/support/pebble.ts';
import { freePorts } from '../../test/support/ports.ts';
import { type RunningProcess, startProcess } from '../../test/support/run-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { waitUntilListening } from '../../test/support/wait-until.ts';
import { allStored } from './peer-caddy-storage.ts';
import { caddyfile } from './peer-caddyfile.ts';

export type Caddy = {
  /**
   * Begins with an empty storage. Resolves with the running process when every name has its certificate there, with
   * null where the CA has stopped answering.
   */
  issueAll(): Promise<RunningProcess | null>;
  /** A process with all names on the storage, which it alone uses. Resolves when it listens. */
  start(): Promise<RunningProcess>;
};

/** Caddy places all its orders at once, and now and then Pebble 2.10 locks up over that. */
const tries = 3;

/**
 * Caddy with one site a name, in nginx's place, where the CA looks for answers; nginx is back afterwards.
 * `dir`, under the stack's, is made for everything that Caddy writes. `use` need not stop what it starts, and is
 * called anew, with a Pebble of its own each time, as long as it says null. Null in the end: each of them locked up.
 */
export async function withCaddy<T>(
  stack: Stack,
  wish: { readonly dir: string; readonly names: readonly string[] },
  use: (caddy: Caddy, pebble: TestPebble) => Promise<T | null>,
): Promise<T | null> {
  await stack.nginx.stop();
  try {
    for (let tried = 1; tried <= tries; tried++) {
      const found = await once(stack, join(stack.dir, `${wish.dir}-${tried}`), wish.names, use);
      if (found !== null) return found;
    }
    return null;
  } finally {
    await stack.nginx.start();
  }
}

async function once<T>(
  stack: Stack,
  root: string,
  names: readonly string[],
  use: (caddy: Caddy, pebble: TestPebble) => Promise<T | null>,
): Promise<T | null> {
  const started: RunningProcess[] = [];
  mkdirSync(root);
  const validationPort = stack.nginx.httpPort;
  const pebble = await startPebble(stack.programs.pebble, root, {
    validationPort,
    dnsAddress: stack.dns.address,
  });
  try {
    const caddy = await makeCaddy({ ...stack, pebble }, root, names, started);
    return await use(caddy, pebble);
  } finally {
    for (const process of started) await process.stop();
    await pebble.process.stop();
  }
}

async function makeCaddy(
  stack: Stack,
  root: string,
  names: readonly string[],
  started: RunningProcess[],
): Promise<Caddy> {
  const storage = join(root, 'storage');
  const [httpsPort = 0] = await freePorts(1);
  const startWith = async (some: readonly string[]) => {
    const config = join(root, 'Caddyfile');
    writeFileSync(config, caddyfile(stack, storage, httpsPort, some));
    const process = await startCaddy(root, config);
    started.push(process);
    await waitUntilListening('Caddy', { port: httpsPort }, process);
    return process;
  };
  const start = () => startWith(names);
  return { issueAll: () => issueAll(startWith, storage, names), start };
}

function startCaddy(root: string, config: string): Promise<RunningProcess> {
  return startProcess({
    name: 'Caddy',
    argv: ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
    env: { HOME: root, XDG_CONFIG_HOME: root, XDG_DATA_HOME: root },
    logFile: join(root, 'caddy.log'),
  });
}

/**
 * One site alone makes the account. With many sites at once, Caddy 2.6 registers several accounts, and now and
 * then stores the key of one with the address of another: what comes later is then refused at each try.
 */
async function issueAll(
  startWith: (names: readonly string[]) => Promise<RunningProcess>,
  storage: string,
  names: readonly string[],
): Promise<RunningProcess | null> {
  const one = names.slice(0, 1);
  const first = await startWith(one);
  const began = await allStored(first, storage, one);
  await first.stop();
  if (!began) return null;
  const process = await startWith(names);
  return (await allStored(process, storage, names)) ? process : null;
}
