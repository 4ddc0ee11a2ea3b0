import { CertdError } from '../core/errors.ts';

/** sockaddr_un has 108 bytes, the last of them for a NUL (unix(7)). */
const longestPath = 107;

/** Throws `config-invalid` with the limit, where Node would say EINVAL, for server and client alike. */
export function checkSocketPath(path: string): void {
  const length = Buffer.byteLength(path);
  if (length <= longestPath) return;
  const limit = `the path of a Unix socket has at most ${longestPath}`;
  throw new CertdError('config-invalid', `${path} has ${length} bytes; ${limit}`);
}
