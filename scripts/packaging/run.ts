import { execFileSync } from 'node:child_process';

/** The standard output of a program. Throws with what it said where it fails. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string {
  const options = {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
  } as const;
  try {
    return execFileSync(program, args, {
      ...options,
      // Sorting and dates must not depend on who builds.
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (thrown) {
    const { message, stderr } = thrown as { message: string; stderr?: string };
    throw new Error(`${program} failed: ${stderr === undefined || stderr === '' ? message : stderr}`, {
      cause: thrown,
    });
  }
}
