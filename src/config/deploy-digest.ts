import { createHash } from 'node:crypto';
import type { Target } from '../core/model.ts';

/** What a deploy depends on in the configuration, as 16 hex digits (`Target.deployDigest`). */
export function deployDigest({ cas, files, deploy }: Pick<Target, 'cas' | 'files' | 'deploy'>): string {
  const settings = cas.map(({ settings }) => settings);
  return createHash('sha256')
    .update(JSON.stringify([settings, files, deploy]))
    .digest('hex')
    .slice(0, 16);
}
