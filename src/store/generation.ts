import type { KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asCertdError, CertdError, systemErrorOf } from '../core/errors.ts';
import { byAge, counterOf } from '../core/generation-id.ts';
import type { Leaf } from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { leafOf, parseCertificate, parseKey, readLeaf } from '../x509/certificate.ts';
import { splitChain } from '../x509/pem.ts';
import type { GenerationFile, Layout } from './layout.ts';
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

/**
 * Reads a generation and believes nothing: each file is parsed and re-encoded, links are refused, and key,
 * leaf and full chain must belong together. Throws `generation-damaged`, or the disk's own error.
 */
export function readPair(directory: string): Pair & { readonly leaf: Leaf } {
  try {
    const key = parseKey(readBounded(join(directory, 'privkey.pem')));
    const cert = splitChain(readBounded(join(directory, 'cert.pem')))[0];
    const chainText = readBounded(join(directory, 'chain.pem'));
    const chain = chainText.trim() === '' ? '' : splitChain(chainText).join('');
    const fullchain = splitChain(readBounded(join(directory, 'fullchain.pem'))).join('');
    if (fullchain !== cert + chain) throw damaged(directory, 'fullchain.pem is not cert.pem and chain.pem');
    const certificate = parseCertificate(cert);
    if (!certificate.checkPrivateKey(key)) throw damaged(directory, 'privkey.pem does not fit cert.pem');
    return { key: canonicalKey(key), cert, chain, leaf: leafOf(certificate) };
  } catch (thrown) {
    throw explained(directory, thrown);
  }
}

/** The leaf of a generation alone, for those who may read certificates but need no key. */
export function readLeafOf(directory: string): Leaf {
  try {
    return readLeaf(readBounded(join(directory, 'cert.pem')));
  } catch (thrown) {
    throw explained(directory, thrown);
  }
}

/** The whole chain of a generation, leaf first, for the same readers. */
export function readFullchainOf(directory: string): string {
  try {
    return splitChain(readBounded(join(directory, 'fullchain.pem'))).join('');
  } catch (thrown) {
    throw explained(directory, thrown);
  }
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

function readBounded(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(descriptor);
    if (size > largest) throw new CertdError('generation-damaged', `${path} has ${size} bytes`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** No file in a file's place is damage too. */
const misplaced: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'ENOTDIR', 'EISDIR']);

/** Missing and unreadable content is damage; a disk that fails or forbids is not the generation's fault. */
function explained(directory: string, thrown: unknown): CertdError {
  const error = asCertdError(thrown);
  const missing = misplaced.has(systemErrorOf(thrown)?.code ?? '');
  if (error.code !== 'certificate-unreadable' && !missing) return error;
  return damaged(directory, error.message, error);
}

function damaged(directory: string, why: string, cause?: unknown): CertdError {
  return new CertdError('generation-damaged', `${directory}: ${why}`, { cause });
}
