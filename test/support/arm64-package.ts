import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPrograms } from './programs.ts';

/**
 * Makes what a package for ARM64 has put below `prefix` run on the machine of this test: where that is another one, the program `node`
 * becomes a script that has QEMU run it. All else is as it is shipped, the launcher too.
 */
export function makeArm64Run(prefix: string): void {
  if (process.arch === 'arm64') return;
  const { qemu, qemuLibraryPath, qemuMachine } = findPrograms();
  const node = join(prefix, 'lib/certd/node');
  renameSync(node, `${node}-arm64`);
  // Not for the program: it has libraries of its own, and what it starts is of this machine.
  const words = `'${qemu}' -U LD_LIBRARY_PATH -L '${qemuMachine}'`;
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${qemuLibraryPath}' exec ${words} "$0-arm64" "$@"\n`;
  writeFileSync(node, script, { mode: 0o755 });
}
