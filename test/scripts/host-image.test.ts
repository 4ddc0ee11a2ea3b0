import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/source-tree.ts';

test('a suite that there is no image of is refused by name, before anything is fetched', () => {
  const ran = spawnSync(join(root, 'scripts/host-image'), {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CERTD_HOST_SUITE: '../trixie', XDG_CACHE_HOME: '/proc/none' },
  });
  expect({ code: ran.status, stdout: ran.stdout, stderr: ran.stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: 'setup: CERTD_HOST_SUITE=../trixie is none of bullseye, bookworm, trixie, forky, sid\n',
  });
});
