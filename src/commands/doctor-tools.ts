import { constants } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CertdError, systemErrorOf } from '../core/errors.ts';
import { runProgram } from '../deploy/run-program.ts';
import type { SystemFacts } from '../doctor/host/host-summary.ts';
import type { HostTools } from '../doctor/look.ts';
import type { NameTools } from '../doctor/names/name-tools.ts';
import { ownAddresses } from '../doctor/names/own-addresses.ts';
import { hostProcesses } from '../doctor/ports/processes.ts';

const directories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Larger than the configuration of any server that people keep in order. */
const sizeLimit = 16 * 1024 * 1024;

/** A machine answers within half a second. */
const patienceMs = 10_000;

/** The host as doctor sees it. `uid`: the user that it acts as. `names`: null where nobody is to be asked. */
export async function doctorTools(
  uid: number,
  names: Pick<NameTools, 'ipv4' | 'ipv6'> | null,
): Promise<HostTools> {
  return {
    run: argv => runProgram({ argv, timeoutMs: 20_000, limit: sizeLimit }),
    processes: await hostProcesses([0, uid]),
    find: async name => {
      for (const path of directories.map(directory => join(directory, name))) {
        if (await isThere(() => access(path, constants.X_OK))) return path;
      }
      return null;
    },
    readText: async path => {
      const found = await stat(path);
      if (!found.isFile() || found.size > sizeLimit) {
        throw new CertdError('config-unreadable', `${path} is no file of a configuration`);
      }
      return readFile(path, 'utf8');
    },
    list: async path => {
      const names: string[] = [];
      const isDirectory = await isThere(async () => void names.push(...(await readdir(path))));
      return isDirectory ? names.sort() : null;
    },
    ownAddresses: ownAddresses(),
    addressesOf: async name => {
      if (names === null) return { ipv4: null, ipv6: null };
      const [ipv4, ipv6] = await Promise.all([names.ipv4(name), names.ipv6(name)]);
      return { ipv4, ipv6 };
    },
    systemFacts,
  };
}

async function systemFacts(): Promise<SystemFacts | null> {
  // It calls programs by their bare names, through a shell.
  process.env['PATH'] = directories.join(':');
  const door = await import('../doctor/host/system-facts.ts');
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, patienceMs, null);
  try {
    return await Promise.race([door.systemFacts(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function isThere(look: () => Promise<void>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (thrown) {
    if (systemErrorOf(thrown) !== null) return false;
    throw thrown;
  }
}
