import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostProcesses } from '../../../src/doctor/ports/processes.ts';

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'certd-proc-'));
  add('self', {});
});
afterEach(() => rmSync(proc, { recursive: true, force: true }));

/** A process as proc(5) shows it. */
function add(pid: string, { ids = '0\t0\t0\t0', namespace = 'mnt:[1]', program = '/usr/sbin/x' }) {
  mkdirSync(join(proc, pid, 'ns'), { recursive: true });
  writeFileSync(join(proc, pid, 'status'), `Name:\tx\nUid:\t${ids}\nGid:\t0\t0\t0\t0\n`);
  writeFileSync(join(proc, pid, 'cmdline'), `x\0-f\0/etc/${pid}\0`);
  symlinkSync(program, join(proc, pid, 'exe'));
  symlinkSync(namespace, join(proc, pid, 'ns', 'mnt'));
}

const seen = async () => (await hostProcesses([0, 1000], proc)).map(({ argv }) => argv.at(-1));

describe('the processes of a host', () => {
  it('are those of root and of the user who looks', async () => {
    add('10', {});
    add('11', { ids: '1000\t1000\t1000\t1000' });
    add('12', { ids: '1001\t1001\t1001\t1001' });
    expect(await seen()).toEqual(['/etc/10', '/etc/11']);
    expect((await hostProcesses([0], proc))[0]).toEqual({
      program: '/usr/sbin/x',
      argv: ['x', '-f', '/etc/10'],
    });
  });

  it('are not setuid programs, whose arguments are those of anybody', async () => {
    add('10', { ids: '1001\t0\t0\t0' });
    add('11', { ids: '0\t1001\t0\t1001' });
    expect(await seen()).toEqual([]);
  });

  it('are not in a container, where paths mean something else', async () => {
    add('10', { namespace: 'mnt:[2]' });
    expect(await seen()).toEqual([]);
  });

  it('may end while they are looked at', async () => {
    mkdirSync(join(proc, '13'));
    add('14', {});
    rmSync(join(proc, '14', 'exe'));
    expect(await seen()).toEqual([]);
  });
});
