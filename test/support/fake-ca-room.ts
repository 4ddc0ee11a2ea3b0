import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeCa, startFakeCa } from './fake-ca.ts';
import { recordKeys } from './run-record.ts';

/** A fake CA, and a directory for a certd that asks it: `ca.pem` and `roots.pem` of the CA, and `webroot/`. */
export type FakeCaRoom = { readonly dir: string; readonly ca: FakeCa; readonly close: () => Promise<void> };

export async function openFakeCaRoom(name: string): Promise<FakeCaRoom> {
  const dir = await mkdtemp(join(tmpdir(), `certd-${name}-`));
  const ca = await startFakeCa();
  await writeFile(join(dir, 'ca.pem'), ca.httpsRootPem);
  await writeFile(join(dir, 'roots.pem'), ca.issuingRootPem);
  await mkdir(join(dir, 'webroot'));
  const close = async () => {
    await ca.close();
    recordKeys(dir);
    await rm(dir, { recursive: true });
  };
  return { dir, ca, close };
}
