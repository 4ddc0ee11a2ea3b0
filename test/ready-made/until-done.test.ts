import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../support/source-tree.ts';

const part = join(root, 'deploy/parts/until-done.sh');

/** Runs it over an installer that ends with these codes, one after the other, and then with the last for ever. */
function untilDone(codes: readonly number[], passing: string) {
  const dir = mkdtempSync(join(tmpdir(), 'certd-until-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const installer = join(dir, 'installer');
  writeFileSync(
    installer,
    `echo x >>${dir}/runs; set -- ${codes.join(' ')}
n=$(wc -l <${dir}/runs); while [ "$n" -gt 1 ] && [ $# -gt 1 ]; do shift; n=$((n - 1)); done; exit "$1"\n`,
  );
  // A clock that does not wait, and says how long it would have.
  writeFileSync(join(dir, 'sleep'), `#!/bin/sh\necho "$1" >>${dir}/waits\n`, { mode: 0o755 });
  writeFileSync(join(dir, 'waits'), '');
  const script = `set -eu; . ${part}; until_done ${installer} "${passing}"; echo done`;
  const env = { ...process.env, PATH: `${dir}:${process.env['PATH']}` };
  const { status, stdout } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' });
  const waits = readFileSync(join(dir, 'waits'), 'utf8').split('\n').filter(Boolean).map(Number);
  return { status, stdout, waits };
}

it('an installation that succeeds is made once', () => {
  expect(untilDone([0], '75')).toEqual({ status: 0, stdout: 'done\n', waits: [] });
});

it('what passes is waited for', () => {
  expect(untilDone([75, 69, 0], '69 75')).toEqual({ status: 0, stdout: 'done\n', waits: [15, 15] });
});

it('what does not pass ends it at once, with its own code', () => {
  expect(untilDone([75, 78, 0], '69 75')).toEqual({ status: 78, stdout: '', waits: [15] });
  expect(untilDone([69], '75')).toEqual({ status: 69, stdout: '', waits: [] });
  expect(untilDone([7], '75')).toEqual({ status: 7, stdout: '', waits: [] });
});

it('what passes is waited for for ten minutes', () => {
  const { status, waits } = untilDone([75], '75');
  expect(status).toBe(75);
  expect(waits.reduce((sum, each) => sum + each, 0)).toBe(585);
});
