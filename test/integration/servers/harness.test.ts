import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCa, makeLeaf, type TestCa } from '../../support/make-cert.ts';
import { presentedLeaf } from '../../support/presented-leaf.ts';
import { findPrograms } from '../../support/programs.ts';
import { accountOf } from '../../support/servers/account-of.ts';
import { allServers, canRunServers } from '../../support/servers/all-servers.ts';
import { waitUntil } from '../../support/wait-until.ts';

const shell = promisify(execFile);
const serverName = 'site.test';

describe.runIf(canRunServers)('the servers that the tests of deploys stand on', () => {
  let dir: string;
  let ca: TestCa;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'certd-servers-'));
    await chmod(dir, 0o755);
    ca = await makeCa('root');
  });
  afterAll(() => rm(dir, { recursive: true }));

  test.each(allServers)(
    '$name presents a new leaf after its reload, and goes on with who is connected',
    async kind => {
      const own = await mkdtemp(join(dir, 'server-'));
      await chmod(own, 0o755);
      const files = filesIn(own);
      await writeLeaf(files, kind.user, '01');
      const server = await kind.start(findPrograms(), { dir: own, serverName, ...files });
      try {
        expect((await presentedLeaf(server.address)).serial).toBe('01');
        expect(server.reloads()).toBe(0);
        const conversation = await server.converse();
        await conversation.goOn();
        // By a process of its own, where there is one for each conversation: it has read the files before they change.
        expect((await presentedLeaf(server.address)).serial).toBe('01');

        await writeLeaf(files, kind.user, '02');
        expect((await presentedLeaf(server.address)).serial).toBe('01');
        if (server.test !== null) await shell('/bin/sh', ['-c', server.test]);
        await shell('/bin/sh', ['-c', server.reload]);
        await waitUntil(`${kind.name} presents the new leaf`, async () =>
          (await presentedLeaf(server.address)).serial === '02' ? true : null,
        );
        expect(server.reloads()).toBe(1);
        await conversation.goOn();
        conversation.close();

        await server.stop();
        await expect(presentedLeaf(server.address)).rejects.toThrow(/ECONNREFUSED/);
        await server.start();
        expect((await presentedLeaf(server.address)).serial).toBe('02');
      } finally {
        await server.stop();
      }
    },
  );

  async function writeLeaf(files: ReturnType<typeof filesIn>, user: string, serialHex: string) {
    const leaf = await makeLeaf(ca, { domains: [serverName], serialHex });
    await mkdir(join(files.key, '..'), { recursive: true });
    await writeFile(files.fullchain, leaf.pem);
    for (const [file, text] of [
      [files.key, leaf.keyPem],
      [files.combined, leaf.pem + leaf.keyPem],
    ] as const) {
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await chown(`${file}.new`, ...accountOf(user));
      await rename(`${file}.new`, file);
    }
  }
});

function filesIn(dir: string) {
  const file = (name: string) => join(dir, 'certs', name);
  return { fullchain: file('fullchain.pem'), key: file('privkey.pem'), combined: file('combined.pem') };
}
