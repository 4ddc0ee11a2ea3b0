import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPrograms } from '../support/programs.ts';
import { unitDirectory, unitNames } from '../support/unit-files.ts';

const programs = findPrograms();

function analyze(...words: readonly string[]): { status: number | null; said: string; printed: string } {
  const { status, stdout, stderr, error } = spawnSync(programs.systemdAnalyze, words, {
    encoding: 'utf8',
    env: { LD_LIBRARY_PATH: programs.systemdLibraryPath, SYSTEMD_LOG_LEVEL: 'warning' },
  });
  if (error !== undefined) throw error;
  return { status, said: stderr, printed: stdout };
}

describe('the units, as systemd-analyze sees them', () => {
  /** A root file system with systemd's own units, ours, and the programs that they start. */
  let rootfs: string;
  beforeEach(() => {
    rootfs = mkdtempSync(join(tmpdir(), 'certd-units-'));
    cpSync(programs.systemd, rootfs, { recursive: true, verbatimSymlinks: true });
    for (const program of ['usr/bin/certd', 'bin/kill', 'bin/sh']) {
      mkdirSync(dirname(join(rootfs, program)), { recursive: true });
      writeFileSync(join(rootfs, program), '#!/bin/sh\n');
      chmodSync(join(rootfs, program), 0o755);
    }
    for (const unit of unitNames()) {
      cpSync(join(unitDirectory, unit), join(rootfs, 'etc/systemd/system', unit));
    }
  });
  afterEach(() => rmSync(rootfs, { recursive: true }));

  const verify = () => analyze('verify', '--man=no', `--root=${rootfs}`, ...unitNames());

  test('verify has nothing to say of them', () => {
    expect(verify()).toEqual({ status: 0, said: '', printed: '' });
  });

  test('verify says what is wrong, which its exit code does not', () => {
    const unit = join(rootfs, 'etc/systemd/system/certd.service');
    writeFileSync(unit, '[Service]\nExecStart=/usr/bin/certd run\nRestartSek=1\n');
    expect(verify()).toMatchObject({ status: 0, said: expect.stringContaining("'RestartSek'") });
  });

  test('the issuer is exposed by 1.2 of 10 at most', () => {
    const { status, printed } = analyze(
      'security',
      '--offline=yes',
      '--threshold=12',
      join(unitDirectory, 'certd.service'),
    );
    expect({ status, printed: status === 0 ? '' : printed }).toEqual({ status: 0, printed: '' });
  });

  test('without one of its fences it is exposed by more', () => {
    const unit = join(rootfs, 'etc/systemd/system/certd.service');
    const dropIn = join(rootfs, 'etc/systemd/system/certd.service.d');
    mkdirSync(dropIn);
    writeFileSync(join(dropIn, 'wide.conf'), '[Service]\nCapabilityBoundingSet=CAP_SYS_ADMIN\n');
    expect(analyze('security', '--offline=yes', '--threshold=12', unit).status).toBe(1);
  });
});
