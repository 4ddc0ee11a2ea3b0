import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { asCertdError, CertdError } from '../core/errors.ts';
import { loopTurn } from '../host/loop-turn.ts';
import { splitChain } from '../x509/pem.ts';
import { certificatesIn, hostRoots, isRoot } from '../x509/roots.ts';

/**
 * The roots that a chain must lead to: those of the system’s trust store, those in a PEM file, or whichever it says,
 * for a CA that nobody trusts.
 */
export type Roots = 'system' | 'any' | { readonly file: string };

/** A chain, leaf first, and where it must lead to. */
export type Rooted = { readonly roots: Roots; readonly fullchainPem: string };

/** What a client of these roots trusts. Throws `roots-unusable`. */
export type TrustOf = (rooted: Rooted) => Promise<SecureContext>;

/**
 * Reads the roots once for each file, and again when that has changed: it takes longest of all. `client`: what else the
 * client is.
 */
export function openTrust(client: SecureContextOptions = {}): TrustOf {
  const files = new Map<string, { readonly text: string; readonly trust: SecureContext }>();
  let system: SecureContext | null = null;
  const trustInFile = async (file: string): Promise<SecureContext> => {
    const text = await readRoots(file);
    const known = files.get(file);
    if (known?.text === text) return known.trust;
    const trust = createSecureContext({ ...client, ca: rootsOf(file, text) });
    files.set(file, { text, trust });
    return trust;
  };
  return async ({ roots, fullchainPem }) => {
    await loopTurn();
    if (roots === 'any') return trustInTop(fullchainPem, client);
    if (roots !== 'system') return trustInFile(roots.file);
    system ??= createSecureContext({ ...client, ca: [...hostRoots()] });
    return system;
  };
}

/** The root itself seldom comes with its chain: its topmost certificate stands for it. */
function trustInTop(fullchainPem: string, client: SecureContextOptions): SecureContext {
  const ca = splitChain(fullchainPem).slice(-1);
  return createSecureContext({ ...client, ca, allowPartialTrustChain: true });
}

async function readRoots(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(file, error);
  }
}

/** An intermediate beside the roots is passed over: with it a chain would pass that clients cannot complete. */
function rootsOf(file: string, text: string): string[] {
  try {
    const roots = certificatesIn(text).filter(isRoot);
    if (roots.length > 0) return roots;
  } catch (error) {
    throw unusable(file, error);
  }
  const why = 'it holds only certificates that another one signed';
  throw unusable(file, new CertdError('certificate-unreadable', why));
}

function unusable(file: string, cause: unknown): CertdError {
  const { message } = asCertdError(cause);
  // The disk's own errors name the path already.
  const where = message.includes(file) ? message : `${file}: ${message}`;
  return new CertdError('roots-unusable', `The file of \`roots\` cannot be used: ${where}.`, { cause });
}
