import { CertdError } from '../core/errors.ts';

/** The user that this process acts as. */
export function effectiveUid(): number {
  const uid = process.geteuid?.();
  if (uid === undefined) throw new CertdError('internal-error', 'certd runs on Linux only');
  return uid;
}
