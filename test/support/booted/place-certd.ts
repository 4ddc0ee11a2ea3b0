import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const checkout = join(import.meta.dirname, '../../..');
const home = 'usr/lib/certd';

/** The built program as a package would install it: `/usr/bin/certd`, with a Node of its own. */
export function placeCertd(root: string): void {
  const built = join(checkout, 'dist');
  if (!existsSync(join(built, 'certd.js'))) throw new Error(`${built} is missing: npm run build`);
  cpSync(built, join(root, home, 'dist'), { recursive: true });
  // What the program loads at run time is not part of the bundle.
  for (const each of ['koffi', '@koromix'])
    cpSync(join(checkout, 'node_modules', each), join(root, home, 'node_modules', each), { recursive: true });
  cpSync(process.execPath, join(root, home, 'node'));
  const launcher = `#!/bin/sh\nexec /${home}/node /${home}/dist/certd.js "$@"\n`;
  placeFile(root, '/usr/bin/certd', launcher, 0o755);
}

/** A file on the disk of a host that is yet to boot, with the directories on the way. */
export function placeFile(root: string, path: string, text: string, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}
