import { createHash, createPublicKey } from 'node:crypto';
import { lstat, open, readlink, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { asCertdError, systemErrorOf } from '../../core/errors.ts';
import { parseKey, readLeaf } from '../../x509/certificate.ts';

/** What is in a file that a server reads. No key is kept, only the digest of its public half. */
export type FileFacts = {
  /** The path as written, and after each symlink on it. */
  readonly forms: readonly string[];
  /** Of each certificate in it, in their order. */
  readonly certificates: readonly { readonly domains: readonly string[]; readonly keySha256: string }[];
  /** Of the private key in it, of its public half as in a certificate; null without one. */
  readonly keySha256: string | null;
  readonly fault: { readonly kind: 'missing' | 'unreadable'; readonly words: string } | null;
};

/** Larger than any file of certificates that a server reads. */
const sizeLimit = 1024 * 1024;

/** As many as Linux follows (path_resolution(7)). */
const symlinkLimit = 40;

/** Reads one file. Whatever is wrong with it is a fault in the answer. */
export async function fileFacts(path: string): Promise<FileFacts> {
  const forms = await formsOf(posix.normalize(path));
  try {
    const text = await readBounded(path);
    return {
      forms,
      certificates: blocksOf(text, /CERTIFICATE/).flatMap(certificateOf),
      keySha256:
        blocksOf(text, /(?:EC |RSA )?PRIVATE KEY/)
          .map(keyOf)
          .at(0) ?? null,
      fault: null,
    };
  } catch (thrown) {
    const errno = systemErrorOf(thrown)?.code;
    const kind = errno === 'ENOENT' || errno === 'ENOTDIR' ? 'missing' : 'unreadable';
    return { forms, certificates: [], keySha256: null, fault: { kind, words: asCertdError(thrown).message } };
  }
}

/** A device or a pipe could be read for ever. */
async function readBounded(path: string): Promise<string> {
  const { size } = await stat(path).then(found => {
    if (!found.isFile()) throw new Error('it is no file');
    return found;
  });
  if (size > sizeLimit) throw new Error(`it is larger than ${sizeLimit} bytes`);
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(sizeLimit), position: 0 });
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function blocksOf(text: string, label: RegExp): readonly string[] {
  const block = new RegExp(`-----BEGIN (${label.source})-----[^-]*-----END \\1-----`, 'g');
  return [...text.matchAll(block)].map(([pem]) => pem);
}

function certificateOf(pem: string): FileFacts['certificates'] {
  const { domains, keySha256 } = readLeaf(pem);
  return [{ domains, keySha256 }];
}

function keyOf(pem: string): string {
  const spki = createPublicKey(parseKey(pem)).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

async function formsOf(path: string): Promise<readonly string[]> {
  const forms = [path];
  while (forms.length <= symlinkLimit) {
    const next = await afterOneLink(forms.at(-1) ?? path);
    if (next === null) break;
    forms.push(next);
  }
  return forms;
}

/** With the first symlink on it followed; null without one, or where it cannot be seen. */
async function afterOneLink(path: string): Promise<string | null> {
  const parts = path.split('/').filter(part => part !== '');
  for (let count = 1; count <= parts.length; count += 1) {
    const prefix = `/${parts.slice(0, count).join('/')}`;
    try {
      if (!(await lstat(prefix)).isSymbolicLink()) continue;
      return posix.resolve(posix.dirname(prefix), await readlink(prefix), ...parts.slice(count));
    } catch (thrown) {
      if (systemErrorOf(thrown) !== null) return null;
      throw thrown;
    }
  }
  return null;
}
