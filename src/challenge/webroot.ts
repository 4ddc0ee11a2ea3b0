import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asCertdError, CertdError, systemErrorOf } from '../core/errors.ts';
import type { Disk, Solver } from '../core/ports.ts';
import type { TokenFile, TokenFiles } from './token-files.ts';

/** Which token files are certd's own, kept on disk: a file that is not recorded is never touched. */
export type TokenLedger = {
  paths(): readonly string[];
  has(path: string): boolean;
  /** Durable on return; the same path twice is one entry. */
  add(path: string): Promise<void>;
  /** A path that is not recorded is fine. */
  remove(path: string): Promise<void>;
};

const tokenPattern = /^[A-Za-z0-9_-]{1,200}$/;

/**
 * Answers the challenges of one order by files below `path` (RFC 8555 §8.3), which the operator's web server
 * serves. Throws `webroot-unusable` with path and errno, `disk-full`.
 */
export function webrootSolver(options: {
  readonly path: string;
  readonly disk: Disk;
  readonly ledger: TokenLedger;
  readonly tokenFiles: TokenFiles;
}): Solver {
  const { disk, ledger, tokenFiles } = options;
  const order = Symbol('order');
  const fileOf = (token: string) => join(options.path, '.well-known', 'acme-challenge', token);
  return {
    async present(challenge) {
      const file = fileOf(challenge.token);
      const content = challenge.keyAuthorization;
      await tokenFiles(file, async shared => {
        await named(options.path, () => prepare(options.path, disk));
        // The CA may be reading it.
        const stays = await named(file, () => isInPlace(file, shared, content));
        if (!stays) await write(file, content, disk, ledger);
        shared.content = content;
        shared.users.add(order);
      });
    },
    async cleanUp(token) {
      const file = fileOf(token);
      await tokenFiles(file, async ({ users }) => {
        users.delete(order);
        if (users.size === 0 && ledger.has(file)) await removeToken(file, disk, ledger);
      });
    },
  };
}

/** Removes the tokens that an earlier run left behind. One that cannot be removed is for `warn`, and stays recorded. */
export async function sweepTokens(options: {
  readonly disk: Disk;
  readonly ledger: TokenLedger;
  readonly warn: (error: CertdError) => void;
}): Promise<void> {
  for (const file of [...options.ledger.paths()]) {
    try {
      if (!isTokenPath(file)) throw unusable(file, 'EINVAL', 'is recorded as a token and is none');
      await removeToken(file, options.disk, options.ledger);
    } catch (thrown) {
      options.warn(asCertdError(thrown));
    }
  }
}

/** Whether another order has the file there with the same content; a file of another size was tampered with. */
async function isInPlace(path: string, { users, content }: TokenFile, wanted: string): Promise<boolean> {
  if (users.size === 0 || content !== wanted) return false;
  const found = await lookAt(path);
  return found?.isFile() === true && found.size === Buffer.byteLength(wanted);
}

async function write(file: string, content: string, disk: Disk, ledger: TokenLedger): Promise<void> {
  await named(file, () => removeLeftover(file, disk, ledger));
  await ledger.add(file);
  // 0644 whatever the umask: the web server reads it as another user.
  await named(file, () => disk.writeNew(file, Buffer.from(content), 0o644));
}

/** The webroot itself may be a link that the operator made; what lies below it must not lead elsewhere. */
async function prepare(webroot: string, disk: Disk): Promise<void> {
  const root = await stat(webroot).catch(error => {
    if (systemErrorOf(error)?.code !== 'ENOENT') throw error;
    throw unusable(webroot, 'ENOENT', 'does not exist, and certd does not make it', error);
  });
  if (!root.isDirectory()) throw unusable(webroot, 'ENOTDIR', 'is not a directory');
  const wellKnown = join(webroot, '.well-known');
  await ensureDirectory(wellKnown, disk);
  await ensureDirectory(join(wellKnown, 'acme-challenge'), disk);
}

async function ensureDirectory(path: string, disk: Disk): Promise<void> {
  if ((await kindOf(path)) === 'missing') {
    try {
      await disk.makeDir(path, 0o755);
    } catch (error) {
      // Two certificates share a webroot and both came here.
      if (systemErrorOf(error)?.code !== 'EEXIST') throw error;
    }
  }
  const kind = await kindOf(path);
  if (kind === 'link') throw unusable(path, 'ELOOP', 'is a symbolic link, which certd does not follow');
  if (kind !== 'directory') throw unusable(path, 'ENOTDIR', 'is not a directory');
}

async function kindOf(path: string): Promise<'missing' | 'directory' | 'link' | 'other'> {
  const found = await lookAt(path);
  if (found === null) return 'missing';
  if (found.isSymbolicLink()) return 'link';
  return found.isDirectory() ? 'directory' : 'other';
}

async function lookAt(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemErrorOf(error)?.code === 'ENOENT') return null;
    throw error;
  }
}

/** The token of an order that a crash interrupted may lie there already, half-written. */
async function removeLeftover(file: string, disk: Disk, ledger: TokenLedger): Promise<void> {
  if ((await kindOf(file)) === 'missing') return;
  if (!ledger.has(file)) throw unusable(file, 'EEXIST', 'exists and is not certd’s');
  await disk.unlink(file);
}

async function removeToken(file: string, disk: Disk, ledger: TokenLedger): Promise<void> {
  await named(file, async () => {
    if ((await kindOf(file)) !== 'missing') await disk.unlink(file);
  });
  await ledger.remove(file);
}

function isTokenPath(file: string): boolean {
  const parent = dirname(file);
  const inPlace = basename(parent) === 'acme-challenge' && basename(dirname(parent)) === '.well-known';
  return inPlace && tokenPattern.test(basename(file));
}

/** Runs a step on `path`; what the system refuses becomes an error that says where and why. */
async function named<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const system = systemErrorOf(error);
    // A full disk has a cure of its own.
    if (system === null || system.code === 'ENOSPC' || system.code === 'EDQUOT') throw error;
    throw unusable(
      system.path ?? path,
      system.code,
      `cannot be used: ${system.syscall} failed with ${system.code}`,
      error,
    );
  }
}

function unusable(path: string, errno: string, what: string, cause?: unknown): CertdError {
  return new CertdError('webroot-unusable', `${path} ${what}.`, { facts: { path, errno }, cause });
}
