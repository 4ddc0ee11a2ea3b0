import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Whether a program of this name can be started from the PATH. */
export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(dir => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code !== 'ENOENT')
        console.error(thrown.message);
      return false;
    }
  });
}

/** One command to its end, with nothing of this process's environment but the PATH. Throws unless it exits with 0. */
export function runPeer(
  program: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(program, argv, { env: { PATH: process.env['PATH'], ...env } });
}
