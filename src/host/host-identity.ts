import { closeSync, constants, existsSync, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type HostFact, hostFact, type IdentitySource } from '../core/host/host-identity.ts';

const dmi = '/sys/class/dmi/id';

/** In the order in which they decide. All users may read the asset tag, which on EC2 is the instance's id; root the others. */
const files: readonly (readonly [IdentitySource, string])[] = [
  ['dmi', `${dmi}/board_asset_tag`],
  ['dmi', `${dmi}/product_uuid`],
  ['dmi', `${dmi}/product_serial`],
  ['cloud-init', '/var/lib/cloud/data/instance-id'],
  ['machine-id', '/etc/machine-id'],
];

/**
 * What this host says of itself, without the network; nothing where it says nothing that only it would say. `root`: of
 * the file system.
 */
export function readHostIdentity(root = '/'): readonly HostFact[] {
  const believed = believedIn(root);
  return files.flatMap(([source, file]) => {
    const text = believed.has(source) ? readBounded(join(root, file)) : null;
    const fact = text === null ? null : hostFact(source, file, text);
    return fact === null ? [] : [fact];
  });
}

/**
 * In a container DMI is that of the machine below, which is another one tomorrow, and the machine-id is the image's,
 * unless an init of its own looks after it.
 */
function believedIn(root: string): ReadonlySet<IdentitySource> {
  if (!isContainer(root)) return new Set(['dmi', 'cloud-init', 'machine-id']);
  const hasInit = existsSync(join(root, '/run/systemd/system'));
  return new Set(hasInit ? ['cloud-init', 'machine-id'] : []);
}

const containerMarks = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'];

/** The number of the kernel's first PID namespace, which it gives out at compile time (PROC_PID_INIT_INO). */
const firstPidNamespace = 'pid:[4026531836]';

function isContainer(root: string): boolean {
  return containerMarks.some(mark => existsSync(join(root, mark))) || !isFirstNamespace(root);
}

/** Where /proc does not say, the marks above must do. */
function isFirstNamespace(root: string): boolean {
  try {
    return readlinkSync(join(root, '/proc/self/ns/pid')) === firstPidNamespace;
  } catch {
    return true;
  }
}

/** More is no identity. */
const largest = 256;

/** The text of a small regular file; null where there is none, or none that this user may read. */
function readBounded(path: string): string | null {
  try {
    // Whoever puts a pipe there must not make certd wait for its writer.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) return null;
      const bytes = Buffer.alloc(largest + 1);
      const length = readSync(descriptor, bytes);
      return length > largest ? null : bytes.toString('utf8', 0, length);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
