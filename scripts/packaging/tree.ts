import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Arch } from './archs.ts';
import { copyrightPage, licenceOfAll } from './copyright-page.ts';
import { shippedLicences } from './licences.ts';
import { type Locked, lockedByName } from './lock.ts';
import { sideFiles } from './package-files.ts';
import type { Product } from './product.ts';
import { type PackageFile, type ProgramParts, programFiles } from './program-files.ts';
import { readerFiles } from './reader-files.ts';
import { sbomOf } from './sbom.ts';

/**
 * All files of a package but the launcher, which differs between formats, and their licences as an SPDX expression. Throws where
 * a licence or a hash is missing.
 */
export function packageFiles(
  root: string,
  arch: Arch,
  product: Product,
  parts: ProgramParts,
  locked: readonly Locked[],
  bundled: readonly Locked[],
): { readonly files: readonly PackageFile[]; readonly licence: string } {
  const node = lockedByName(locked, `node-linux-${arch}`);
  const native = ['koffi', `@koromix/koffi-linux-${arch}`].map(name => lockedByName(locked, name));
  const sha256 = createHash('sha256')
    .update(readFileSync(join(parts.node, 'bin/node')))
    .digest('hex');
  const licenced = shippedLicences(root, locked, bundled, parts);
  const sbom = sbomOf({
    locked,
    shipped: [...bundled, ...native, node],
    node: { version: node.version, sha256, from: node },
    date: product.date,
  });
  return {
    files: [
      ...programFiles(arch, parts),
      ...readerFiles(parts.dist, product),
      ...sideFiles(root, copyrightPage(licenced), sbom),
    ],
    licence: licenceOfAll(licenced),
  };
}
