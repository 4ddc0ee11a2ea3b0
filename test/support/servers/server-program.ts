import { writeFile } from 'node:fs/promises';

/**
 * A script that is a server’s program with its configuration, and which an operator’s commands call by its path.
 * `exec`, so that the process that is started is the server itself.
 */
export async function writeProgram(
  file: string,
  argv: readonly string[],
  libraryPath: string | null,
): Promise<void> {
  const environment = libraryPath === null ? '' : `export LD_LIBRARY_PATH='${libraryPath}'\n`;
  const words = argv.map(word => `'${word}'`).join(' ');
  await writeFile(file, `#!/bin/sh\n${environment}exec ${words} "$@"\n`, { mode: 0o755 });
}
