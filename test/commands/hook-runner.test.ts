import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hookRunner } from '../../src/commands/hook-runner.ts';
import { runHook } from '../../src/deploy/run-hook.ts';
import { ownDir } from '../support/state-dir.ts';

/** A host with these programs of systemd, and its runtime directory where it is booted with it. */
function host(programs: readonly string[], booted: boolean) {
  const dir = ownDir();
  const places = { runtimeDir: join(dir, 'system'), searchPath: dir };
  if (booted) mkdirSync(places.runtimeDir);
  for (const program of programs) {
    writeFileSync(join(dir, program), '#!/bin/sh\n');
    chmodSync(join(dir, program), 0o755);
  }
  return places;
}

it('runs hooks by itself unless told otherwise, whatever the host has', () => {
  expect(hookRunner('direct', '/s', host([], false))).toBe(runHook);
});

it('runs them by systemd where there is one', () => {
  expect(hookRunner('systemd-run', '/s', host(['systemd-run', 'systemctl'], true))).not.toBe(runHook);
});

it.each([
  ['systemd does not manage', ['systemd-run', 'systemctl'], false, /^hooks .* there is no .*\/system$/],
  ['has no systemd-run', ['systemctl'], true, /systemd-run: no such program in /],
  ['has no systemctl', ['systemd-run'], true, /systemctl: no such program in /],
])('says what is missing on a host that %s', (_sentence, programs, booted, message) => {
  const places = host(programs, booted);
  expect(() => hookRunner('systemd-run', '/s', places)).toThrow(
    expect.objectContaining({ code: 'systemd-missing', message: expect.stringMatching(message) }),
  );
});
