import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renewalBytes } from '../../../src/doctor/host/disk-findings.ts';
import { readPair } from '../../../src/store/generation.ts';
import { canRunServers } from '../../support/servers/all-servers.ts';
import { startNginxServer } from '../../support/servers/nginx-server.ts';
import { inYaml, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { waitUntil } from '../../support/wait-until.ts';

const run = promisify(execFile);

describe.runIf(canRunServers)('a state directory whose disk is full', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  test('keeps the old pair in place and served, says why, and takes the renewal up when there is room', async () => {
    const scene = await setScene(stack, {
      label: 'full',
      user: 'root',
      prepare: mountSmallDisk,
      start: startNginxServer,
    });
    const { certd, server, live, presented } = scene;
    try {
      await scene.deploy(`hooks: [${inYaml(server.reload)}]`);
      const failed: number[] = [];
      // With so many pages left the disk is full at another step each time.
      for (const pages of [0, 2, 4, 6, 8, 12]) {
        const where = `with ${pages} pages left`;
        const before = live();
        const filler = fill(certd.stateDir, pages);
        const full = await certd.command('renew', '--force');
        expect(pairIn(certd.liveDir(scene.domain)), where).toBe(live());
        if (full.code !== 0) {
          failed.push(pages);
          expect(full.stdout + full.stderr, where).toMatch(/disk-full: .* failed with ENOSPC/);
          expect(live(), where).toBe(before);
          expect(await presented(), where).toBe(before);
        }
        rmSync(filler);
        const words = full.code === 0 ? ['renew'] : ['renew', '--force'];
        const again = await certd.command(...words);
        expect(again, `${where}: ${again.stdout}${again.stderr}`).toMatchObject({ code: 0 });
        expect(live(), where).not.toBe(before);
        await waitUntil(`nginx presents the new leaf ${where}`, async () =>
          (await presented()) === live() ? true : null,
        );
        expect(await scene.status(), where).toMatchObject({ status: 'ok', problems: [] });
      }
      expect(failed.length).toBeGreaterThan(3);
      expect(failed).toContain(0);
      // What certd doctor calls enough for one renewal.
      fill(certd.stateDir, renewalBytes / 4096);
      expect(await certd.command('renew', '--force')).toMatchObject({ code: 0 });
    } finally {
      await server.stop();
      await run('umount', [certd.stateDir]);
    }
  });
});

async function mountSmallDisk(stateDir: string): Promise<void> {
  mkdirSync(stateDir, { mode: 0o755 });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'tmpfs', stateDir]);
}

/** Leaves so many pages of room. Returns the file that takes the rest. */
function fill(dir: string, pages: number): string {
  const file = join(dir, 'filler');
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(file, Buffer.alloc((bavail - pages) * bsize, 'x'));
  return file;
}

/** The leaf of the pair, where leaf and key fit; throws otherwise. */
function pairIn(liveDir: string): string {
  return readPair(liveDir).leaf.fingerprintSha256;
}
