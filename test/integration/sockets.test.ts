import { existsSync, rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSocket } from '../support/ask-socket.ts';
import { type CertdCommands, certdAt, startAgain } from '../support/certd-process.ts';

/** Its CA cannot be reached: what is tested is who has the sockets. */
const config = `account: { agree_tos: true }
ca: nobody
cas: { nobody: { directory: https://127.0.0.1:9/dir } }
certificates: [{ domains: [a.certd.test], challenge: { webroot: /tmp } }]
`;

describe('the sockets of certd run', () => {
  let dir: string;
  let certd: CertdCommands;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'certd-sockets-'));
    certd = await certdAt(join(dir, 'certd'), config);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const path = (name: string) => join(certd.runtimeDir, name);
  const names = ['health.sock', 'control.sock'];
  const inodes = () => names.map(name => statSync(path(name)).ino);
  const alive = async () => {
    for (const name of names) expect((await askSocket(path(name), '/livez')).status, name).toBe(200);
  };

  test('stay those of the first daemon when a second one starts, wherever that has its own', async () => {
    const first = await startAgain(certd);
    const before = inodes();
    const second = await certd.command('run');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('locked') });
    const runtimeDir = join(dir, 'other');
    const elsewhere = { ...certd, runtimeDir, flags: [...certd.flags, '--runtime-dir', runtimeDir] };
    await expect(startAgain(elsewhere)).rejects.toThrow('locked');
    expect(existsSync(runtimeDir)).toBe(false);
    expect(inodes()).toEqual(before);
    await alive();
    await first.stop();
  });

  test('are taken over after the daemon was killed', async () => {
    const killed = await startAgain(certd);
    await killed.process.stop('SIGKILL');
    expect(names.map(name => statSync(path(name)).isSocket())).toEqual([true, true]);
    const next = await startAgain(certd);
    await alive();
    expect(names.map(name => statSync(path(name)).mode & 0o777)).toEqual([0o660, 0o600]);
    await next.stop();
  });

  test('belong to one of two daemons that start at the same moment', async () => {
    const both = await Promise.allSettled([startAgain(certd), startAgain(certd)]);
    // The loser may have ended before the winner listens; then its start has failed.
    const starts = both.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []));
    if (starts.length === 2) await Promise.race(starts.map(({ process }) => process.exit));
    const running = starts.filter(({ process }) => process.ended() === null);
    expect(running).toHaveLength(1);
    await alive();
    await running[0]?.stop();
  });
});
