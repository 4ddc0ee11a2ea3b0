import type { KeyType } from '../../src/core/model.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type Pair, writePair } from '../../src/store/generation.ts';
import { generationFiles } from '../../src/store/layout.ts';
import { makeCa, makeLeaf } from './make-cert.ts';

/** A key, its leaf and the chain above it, made by a CA of the test's own. */
export async function makePair(
  wish: {
    readonly domains?: readonly string[];
    readonly keyType?: KeyType;
    readonly notBefore?: Date;
    readonly notAfter?: Date;
  } = {},
): Promise<Pair> {
  const ca = await makeCa('pair test');
  const { pem, keyPem } = await makeLeaf(ca, { domains: ['a.example'], ...wish });
  return { key: keyPem, cert: pem, chain: ca.pem };
}

/** A generation's four files in a directory that is made for them. */
export async function writeGeneration(directory: string, pair: Pair): Promise<void> {
  await realDisk.makeDir(directory, 0o700);
  await writePair(realDisk, directory, pair, generationFiles);
}
