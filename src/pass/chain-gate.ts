import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { asCertdError, CertdError } from '../core/errors.ts';
import { loopTurn } from '../host/loop-turn.ts';
import type { Fault } from '../x509/handshake.ts';
import { splitChain } from '../x509/pem.ts';
import { certificatesIn, hostRoots, isRoot } from '../x509/roots.ts';
import { type Served, tryHandshake } from '../x509/try-handshake.ts';
import { openPassedBefore } from './passed-before.ts';

/**
 * The roots that a chain must lead to: those of the system’s trust store, those in a PEM file, or whichever it says,
 * for a CA that nobody trusts.
 */
export type Roots = 'system' | 'any' | { readonly file: string };

/** What is to be served, and to whom. */
export type Candidate = Served & { readonly host: string; readonly roots: Roots };

/** Why clients would turn it away; null where they would not. Throws `roots-unusable`. */
export type ChainGate = (candidate: Candidate) => Promise<Fault | null>;

/**
 * The handshake with everything it needs. What takes longest, reading the roots, is done once for each file, and again
 * when that has changed. What has passed is asked about once more without another handshake.
 */
export function openChainGate(): ChainGate {
  const files = new Map<string, { readonly text: string; readonly trust: SecureContext }>();
  let system: SecureContext | null = null;
  const trustInFile = async (file: string): Promise<SecureContext> => {
    const text = await readRoots(file);
    const known = files.get(file);
    if (known?.text === text) return known.trust;
    const trust = createSecureContext({ ca: rootsOf(file, text) });
    files.set(file, { text, trust });
    return trust;
  };
  const trustOf = async ({ roots, fullchainPem }: Candidate): Promise<SecureContext> => {
    await loopTurn();
    if (roots === 'any') return trustInTop(fullchainPem);
    if (roots !== 'system') return trustInFile(roots.file);
    system ??= createSecureContext({ ca: [...hostRoots()] });
    return system;
  };
  const passed = openPassedBefore();
  return async candidate => {
    const trust = await trustOf(candidate);
    if (passed.take(candidate, trust)) return null;
    await loopTurn();
    const fault = await tryHandshake(candidate, { host: candidate.host, trust });
    if (fault === null) passed.note(candidate, trust);
    return fault;
  };
}

/** The root itself seldom comes with its chain: its topmost certificate stands for it. */
function trustInTop(fullchainPem: string): SecureContext {
  return createSecureContext({ ca: splitChain(fullchainPem).slice(-1), allowPartialTrustChain: true });
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
