import type { Arch } from './archs.ts';
import type { Product } from './product.ts';
import type { PackageFile } from './program-files.ts';

/** What each format packs. */
export type Packing = {
  readonly root: string;
  /** A directory for the work, and the finished package; on a file system with half a gigabyte. */
  readonly work: string;
  readonly arch: Arch;
  readonly product: Product;
  /** All but the launcher. */
  readonly files: readonly PackageFile[];
  /** Of all that is in it: an SPDX expression. */
  readonly licence: string;
  /** How hard xz(1) works, 0 to 9. */
  readonly level: number;
};
