import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { doctorTools } from '../../src/commands/doctor-tools.ts';
import { lookAtDisk } from '../../src/doctor/host/look-at-disk.ts';
import { makeExamined } from '../support/make-examined.ts';
import { makeTarget } from '../support/make-observed.ts';
import { canBeOtherUsers } from '../support/other-users.ts';
import { ownDir } from '../support/state-dir.ts';

describe.runIf(canBeOtherUsers())('certd doctor on real mounts', () => {
  test('sees a small disk in memory behind a symlink, where the state directory will be', async () => {
    const dir = ownDir();
    const disk = join(dir, 'disk');
    await mkdir(disk);
    mount(['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    await symlink(disk, join(dir, 'lib'));
    const root = join(dir, 'lib', 'certd');
    expect(await bad({ root, runtimeDir: join(dir, 'run'), targets: [] })).toEqual([
      ['disk-space', 'critical', root, expect.stringMatching(/^64 KiB and room for \d+ files free$/)],
      [
        'disk-kept',
        'warning',
        root,
        expect.stringMatching(/^it lies on a file system of type tmpfs: a reboot takes /),
      ],
    ]);
  });

  test('sees a disk that is out of inodes', async () => {
    const dir = ownDir();
    mount(['-t', 'tmpfs', '-o', 'size=64m,nr_inodes=40', 'tmpfs', dir]);
    const found = await bad({ root: '/var/lib/certd', runtimeDir: dir, targets: [] });
    expect(found.filter(([, , subject]) => subject === dir)).toEqual([
      ['disk-space', 'critical', dir, '64 MiB and room for 39 files free'],
    ]);
  });

  test('sees one directory that is mounted read-only in a disk that is not', async () => {
    const dir = ownDir();
    const [webroot, out] = [join(dir, 'www'), join(dir, 'out')];
    for (const each of [webroot, out]) await mkdir(each);
    mount(['--bind', '-o', 'ro', webroot, webroot]);
    await expect(writeFile(join(webroot, 'x'), '')).rejects.toThrow('EROFS');
    const file = {
      path: join(out, 'a.pem'),
      content: 'combined',
      owner: null,
      group: null,
      mode: 0o400,
    } as const;
    const target = makeTarget({ challenge: { kind: 'webroot', path: webroot }, files: [file] });
    const found = await bad({ root: join(dir, 'state'), runtimeDir: join(dir, 'run'), targets: [target] });
    expect(found.filter(([check]) => check === 'disk-writable')).toEqual([
      ['disk-writable', 'critical', webroot, expect.stringMatching(/\/www \(\w+\) is mounted read-only$/)],
    ]);
  });
});

async function bad(change: Parameters<typeof makeExamined>[0]) {
  const findings = await lookAtDisk(makeExamined(change), [], await doctorTools(0, null));
  return findings
    .filter(({ status }) => status !== 'ok')
    .map(({ check, status, subject, message }) => [check, status, subject, message]);
}

function mount(args: readonly [...string[], string]): void {
  execFileSync('mount', args);
  onTestFinished(() => void execFileSync('umount', args.slice(-1)));
}
