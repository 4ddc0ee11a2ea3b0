import { execFile, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPair } from '../../src/store/generation.ts';
import { type CertdCommands, certdAt, nginxConfig } from '../support/certd-process.ts';
import { isRoot } from '../support/output-room.ts';
import { recordCommand, recordKeys } from '../support/run-record.ts';
import { type Stack, startStack } from '../support/stack.ts';

const program = join(import.meta.dirname, '../../dist/certd.js');
const preload = join(import.meta.dirname, '../support/kill-at.mjs');
const domain = 'files.certd.test';

describe('the files of a certificate, with a real CA and a real nginx', () => {
  let stack: Stack;
  let certd: CertdCommands;
  let out: string;
  beforeAll(async () => {
    stack = await startStack();
    out = join(stack.dir, 'out');
    mkdirSync(out, { mode: 0o755 });
    const owner = isRoot ? 'owner: nobody, group: "1", ' : '';
    const file = (name: string, content: string) =>
      `{ path: ${join(out, name)}, content: ${content}, ${owner}mode: "0440" }`;
    const files = `    files: [${file('all.pem', 'combined')}, ${file('key.pem', 'key')}]\n`;
    certd = await certdAt(join(stack.dir, 'certd'), nginxConfig(stack, [domain]) + files);
  });
  afterAll(() => stack.stop());

  const live = () => {
    const { cert, chain, key } = readPair(certd.liveDir(domain));
    return { 'all.pem': cert + chain + key, 'key.pem': key };
  };
  const written = () => ({
    'all.pem': readFileSync(join(out, 'all.pem'), 'utf8'),
    'key.pem': readFileSync(join(out, 'key.pem'), 'utf8'),
  });
  const ownersOf = () =>
    readdirSync(out)
      .sort()
      .map(name => {
        const { uid, gid, mode } = lstatSync(join(out, name));
        return `${name} ${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
      });
  const [uid, gid] = isRoot ? [65_534, 1] : [process.geteuid?.(), process.getegid?.()];
  const owned = [`all.pem ${uid}:${gid} 440`, `key.pem ${uid}:${gid} 440`];

  test('are there after the first certificate, and belong to whom the configuration names', async () => {
    expect(await certd.command('renew')).toMatchObject({ code: 0 });
    expect(written()).toEqual(live());
    expect(ownersOf()).toEqual(owned);
  });

  test('are old or new as a whole after a SIGKILL in a deploy, and are healed', async () => {
    const countFile = join(stack.dir, 'count');
    expect(await renew({ CERTD_TEST_COUNT_FILE: countFile })).toMatchObject({ code: 0 });
    const mutations = Number(readFileSync(countFile, 'utf8'));
    // Installing and flipping come before the files, the record of hooks and the removal of old generations after them.
    const unfinished: string[] = [];
    for (let killAt = mutations - 24; killAt <= mutations; killAt += 2) {
      const before = written();
      const killed = await renew({ CERTD_TEST_KILL_AT: String(killAt) });
      expect(killed.signal, `before mutation ${killAt}: ${killed.output}`).toBe('SIGKILL');
      unfinished.push(...readdirSync(out).filter(name => name.startsWith('.certd-new-')));
      const now = live();
      const left = written();
      expect([before['all.pem'], now['all.pem']], `before mutation ${killAt}`).toContain(left['all.pem']);
      expect([before['key.pem'], now['key.pem']], `before mutation ${killAt}`).toContain(left['key.pem']);
      expect(await certd.command('renew'), `after mutation ${killAt}`).toMatchObject({ code: 0 });
      expect(written(), `after mutation ${killAt}`).toEqual(live());
      expect(ownersOf(), `after mutation ${killAt}`).toEqual(owned);
    }
    // Else none of the kills would have come while the files were written.
    expect(unfinished).not.toEqual([]);
  });

  test('stay as they are on a full disk, with a clear error, and go on when there is room', async () => {
    const before = written();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=755', 'tmpfs', out], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0) {
      // Only root may mount, and in some containers not even root.
      expect(mounted.stderr).not.toBe('');
      return;
    }
    try {
      for (const [name, text] of Object.entries(before))
        writeFileSync(join(out, name), text, { mode: 0o440 });
      fill(join(out, 'filler'));
      const failed = await certd.command('renew', '--force');
      expect(failed.stdout).toMatch(/disk-full: write failed with ENOSPC: .*all\.pem/);
      expect(failed.code).toBe(1);
      expect(written()).toEqual(before);
      expect(readdirSync(out).sort()).toEqual(['all.pem', 'filler', 'key.pem']);
      rmSync(join(out, 'filler'));
      expect(await certd.command('renew')).toMatchObject({ code: 0 });
      expect(written()).toEqual(live());
      expect(written()).not.toEqual(before);
    } finally {
      expect(spawnSync('umount', [out]).status).toBe(0);
    }
  });

  const renew = (env: Record<string, string>) =>
    new Promise<{ code: number | null; signal: string | null; output: string }>(resolve => {
      const argv = ['--import', preload, program, 'renew', '--force', ...certd.flags];
      const options = {
        env: { PATH: process.env['PATH'] ?? '', ...env },
        timeout: 60_000,
        encoding: 'utf8',
      } as const;
      execFile(process.execPath, argv, options, (error, stdout, stderr) => {
        recordCommand(['renew', '--force'], stdout + stderr);
        recordKeys(certd.stateDir);
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, signal: error?.signal ?? null, output: stdout + stderr });
      });
    });
});

/** Takes all the room that is left. */
function fill(path: string): void {
  for (let pages = 4; pages > 0; pages--) {
    try {
      writeFileSync(path, 'x'.repeat(pages * 4096));
      return;
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'ENOSPC' });
      expect(existsSync(path)).toBe(true);
    }
  }
}
