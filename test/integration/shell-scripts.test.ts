import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findPrograms } from '../support/programs.ts';
import { writeEmbeddedScripts } from '../support/ready-made/embedded-scripts.ts';
import { filesBelow, readText, root } from '../support/source-tree.ts';

const programs = findPrograms();
const dir = mkdtempSync(join(tmpdir(), 'certd-scripts-'));

afterAll(() => rmSync(dir, { recursive: true }));

/** What runs on the hosts of users, with whatever /bin/sh they have. */
const scripts = [
  'scripts/install.sh',
  ...filesBelow('packaging').filter(path => /^#!\/bin\/sh|^# shellcheck shell=sh/.test(readText(path))),
  ...writeEmbeddedScripts(dir),
];

test('the scripts of the packages are found', () => {
  expect(scripts).toContain('packaging/deb/postinst');
  expect(scripts).toContain('packaging/rpm/post.sh');
});

test('shellcheck has nothing to say of any of them', () => {
  const judge = [programs.shellcheck, '--external-sources', '--format=gcc', '--norc'];
  expect(run(judge, scripts, { LD_LIBRARY_PATH: programs.shellcheckLibraryPath })).toEqual({
    status: 0,
    said: '',
  });
});

test.each([
  ['dash', ['/bin/dash', '-n']],
  ['busybox', [programs.busybox, 'sh', '-n']],
])('%s can read each of them', (_, shell) => {
  for (const script of scripts)
    expect({ script, ...run(shell, [script]) }).toEqual({ script, status: 0, said: '' });
});

function run([program, ...first]: readonly string[], more: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr, error } = spawnSync(program ?? '', [...first, ...more], {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  if (error !== undefined) throw error;
  return { status, said: `${stdout}${stderr}` };
}
