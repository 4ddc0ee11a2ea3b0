import type { KeyObject } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asCertdError, CertdError, systemErrorOf } from '../core/errors.ts';
import { byAge, counterOf } from '../core/generation-id.ts';
import type { Leaf } from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { leafOf, parseCertificate, parseKey, readLeaf } from '../x509/certificate.ts';
import { splitChain } from '../x509/pem.ts';
import { inIssuerPlace } from './issuer-place.ts';
import type { GenerationFile, Layout } from './layout.ts';
import { type Place, readFileIn, trustedPlace } from './place.ts';
import { exists } from './replace-file.ts';

/** A generation's content; PEM in canonical form. `chain` is empty where the CA sent the leaf alone. */
export type Pair = { readonly key: string; readonly cert: string; readonly chain: string };

const largest = 256 * 1024;

/** Writes files of a generation into a directory and makes their names durable. */
export async function writePair(
  disk: Disk,
  directory: string,
  pair: Pair,
  files: readonly GenerationFile[],
): Promise<void> {
  const contents = {
    'privkey.pem': pair.key,
    'cert.pem': pair.cert,
    'chain.pem': pair.chain,
    'fullchain.pem': pair.cert + pair.chain,
  };
  for (const file of files) {
    await disk.writeNew(join(directory, file), Buffer.from(contents[file]), 0o400);
  }
  await disk.syncDir(directory);
}

export type ReadPair = Pair & { readonly leaf: Leaf };

/**
 * Reads a generation of the deployer's and believes nothing: each file is parsed and re-encoded, links are refused, and
 * key, leaf and full chain must belong together. Throws `generation-damaged`, or the disk's own error.
 */
export function readPair(directory: string): ReadPair {
  return pairIn(trustedPlace(directory));
}

/** The same for a generation, or an order under way, below `issuer/`. */
export function readIssuedPair(layout: Layout, directory: string): ReadPair {
  return inIssuedGeneration(layout, directory, pairIn);
}

/** The same in a directory to read in. */
export function pairIn(place: Place): ReadPair {
  return understood(place, () => {
    const key = parseKey(textIn(place, 'privkey.pem'));
    const cert = splitChain(textIn(place, 'cert.pem'))[0];
    const chainText = textIn(place, 'chain.pem');
    const chain = chainText.trim() === '' ? '' : splitChain(chainText).join('');
    const fullchain = splitChain(textIn(place, 'fullchain.pem')).join('');
    if (fullchain !== cert + chain) throw damaged(place.path, 'fullchain.pem is not cert.pem and chain.pem');
    const certificate = parseCertificate(cert);
    if (!certificate.checkPrivateKey(key)) throw damaged(place.path, 'privkey.pem does not fit cert.pem');
    return { key: canonicalKey(key), cert, chain, leaf: leafOf(certificate) };
  });
}

/** The leaf of a generation of the deployer's alone, for those who may read certificates but need no key. */
export function readLeafOf(directory: string): Leaf {
  return leafIn(trustedPlace(directory));
}

/** The same in a directory to read in. */
export function leafIn(place: Place): Leaf {
  return understood(place, () => readLeaf(textIn(place, 'cert.pem')));
}

/** The whole chain of a generation, leaf first, for the same readers. */
export function fullchainIn(place: Place): string {
  return understood(place, () => splitChain(textIn(place, 'fullchain.pem')).join(''));
}

/** The leaf of an issued generation, as it is on disk. */
export function readIssuedCertificate(layout: Layout, directory: string): string {
  return inIssuedGeneration(layout, directory, place => textIn(place, 'cert.pem'));
}

/** Reads in a generation, or an order under way, below `issuer/`. Throws `generation-damaged` where there is none. */
export function inIssuedGeneration<T>(layout: Layout, directory: string, use: (place: Place) => T): T {
  const found = inIssuerPlace(layout, directory, damaged, place => ({ read: use(place) }));
  if (found === null) throw damaged(directory, 'it is not there');
  return found.read;
}

/** The generation ids among directory entries, oldest first. */
export function generationIds(entries: readonly string[]): string[] {
  return entries.filter(entry => counterOf(entry) !== null).sort(byAge);
}

/** The id that `live/<name>` points at; null where there is no link, or one that certd would not have made. */
export function liveId(layout: Layout, name: string): string | null {
  if (!exists(layout.liveLink(name))) return null;
  try {
    const target = readlinkSync(layout.liveLink(name));
    const id = basename(target);
    return counterOf(id) !== null && target === layout.liveLinkTarget(name, id) ? id : null;
  } catch (thrown) {
    const code = systemErrorOf(thrown)?.code;
    if (code === 'ENOENT' || code === 'EINVAL') return null;
    throw thrown;
  }
}

function canonicalKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function textIn(place: Place, name: string): string {
  const bytes = readFileIn(place, name, { largest, refuse: damaged });
  if (bytes === null) throw damaged(place.path, `${name} is not there`);
  return bytes.toString();
}

/** Unreadable content is damage; a disk that fails or forbids is not the generation's fault. */
function understood<T>({ path }: Place, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const error = asCertdError(thrown);
    throw error.code === 'certificate-unreadable' ? damaged(path, error.message, error) : error;
  }
}

/** The error for a generation that cannot be used. */
export function damaged(path: string, why: string, cause?: unknown): CertdError {
  return new CertdError('generation-damaged', `${path}: ${why}`, { cause });
}
