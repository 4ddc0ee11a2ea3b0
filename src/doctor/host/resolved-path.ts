import { realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { systemErrorOf } from '../../core/errors.ts';

/** A path with each symlink on it followed, as far as it is there and may be seen; the rest stays as it is written. */
export async function resolvedPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if (systemErrorOf(thrown) === null) throw thrown;
    if (path === '/') return path;
    return posix.join(await resolvedPath(posix.dirname(path)), posix.basename(path));
  }
}
