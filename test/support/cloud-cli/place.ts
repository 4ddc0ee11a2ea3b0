import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudCall } from './read-call.ts';

const runner = join(import.meta.dirname, 'run.ts');

export type CloudCli = {
  /** To be first in PATH. */
  readonly directory: string;
  /** Those that were taken, oldest first. */
  calls(): readonly CloudCall[];
};

/**
 * `aliyun` and `docker` for the page about installing: Debian has no `aliyun`, and its Docker needs a daemon of the machine. They
 * judge what they are told (grammar.ts) and note it; nothing else happens.
 */
export function placeCloudCli(dir: string): CloudCli {
  const directory = join(dir, 'cloud-cli');
  const calls = join(dir, 'cloud-calls');
  mkdirSync(directory);
  for (const program of ['aliyun', 'docker']) {
    const script = `#!/bin/sh\nexec '${process.execPath}' '${runner}' '${calls}' ${program} "$@"\n`;
    writeFileSync(join(directory, program), script, { mode: 0o755 });
  }
  return {
    directory,
    calls: () =>
      existsSync(calls)
        ? readFileSync(calls, 'utf8')
            .trim()
            .split('\n')
            .map(line => JSON.parse(line))
        : [],
  };
}
