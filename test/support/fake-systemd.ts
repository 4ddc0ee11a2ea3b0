import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemdTools } from '../../src/deploy/run-hook-unit.ts';

/** What `systemctl show` says of a unit that systemd does not know. */
export const unknownUnit = 'LoadState=not-found\nActiveState=inactive\nResult=success\nExecMainStatus=0';

/**
 * `systemd-run` and `systemctl` as two scripts: each writes down how it was called, then does what the test says, in sh.
 * `show` and `stop`: what systemctl does for these; it knows no other words but `reset-failed`.
 */
export function fakeSystemd(
  dir: string,
  { run, show = `echo '${unknownUnit}'`, stop = 'exit 5' }: { run: string; show?: string; stop?: string },
): { readonly tools: SystemdTools; calls(): string[] } {
  const log = join(dir, 'calls');
  const script = (name: string, body: string) => {
    const path = join(dir, name);
    writeFileSync(path, `#!/bin/sh\ncd '${dir}'\necho "${name} $*" | cut -c 1-60 >>calls\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  return {
    tools: {
      systemdRun: script('systemd-run', run),
      systemctl: script(
        'systemctl',
        `case $1 in show) ${show} ;; stop) ${stop} ;; reset-failed) ;; *) echo "systemctl $1?" >&2; exit 64 ;; esac`,
      ),
    },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
  };
}
