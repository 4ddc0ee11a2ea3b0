import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CertdError, systemErrorOf } from '../core/errors.ts';

const largest = 4096;

/**
 * The MAC key of an external account binding (RFC 8555 §7.3.4) from its file, as base64url without padding;
 * base64 and space around it are taken too. Throws `eab-key-unusable` with the path and never a part of the content.
 */
export async function readBindingKey(path: string): Promise<string> {
  const text = (await readText(path)).trim();
  const key = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  if (/^[A-Za-z0-9_-]+$/.test(key) && key.length % 4 !== 1) return key;
  throw unusable(path, text === '' ? 'is empty' : 'holds something else than one key in base64url');
}

async function readText(path: string): Promise<string> {
  try {
    // Whoever puts a pipe there must not make certd wait for its writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await readChecked(path, file);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const system = systemErrorOf(thrown);
    if (system === null) throw thrown;
    throw unusable(path, `cannot be read: ${system.code}`);
  }
}

async function readChecked(path: string, file: FileHandle): Promise<string> {
  const found = await file.stat();
  if (!found.isFile()) throw unusable(path, 'is no regular file');
  if (found.size > largest) throw unusable(path, `has ${found.size} bytes, which is no key`);
  // Whoever has it can open accounts that count as the operator's: no user of this host but certd's may.
  if ((found.mode & 0o004) !== 0) throw unusable(path, 'can be read by everybody on this host: chmod 0640');
  return file.readFile('utf8');
}

function unusable(path: string, why: string): CertdError {
  return new CertdError('eab-key-unusable', `The file of \`hmac_key_file\` ${path} ${why}.`, {
    // As of the request that cannot be made without it.
    facts: { path, request: 'account' },
  });
}
