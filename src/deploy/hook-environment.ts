import { join } from 'node:path';
import type { Leaf, Target } from '../core/model.ts';
import { toRfc3339 } from '../core/text/time-text.ts';

/** What a hook is told about one certificate. */
export type HookSubject = {
  readonly target: Target;
  readonly leaf: Leaf;
  readonly liveDir: string;
  /** The leaf that was deployed before; null at the first deploy. */
  readonly previous: Leaf | null;
};

/** What hooks find programs on. */
export const hookPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The whole environment of a hook (contract section 4): nothing of the daemon's own gets in. A command that
 * several certificates share sees their values as lists, separated by spaces, in the same order everywhere.
 */
export function hookEnvironment(subjects: readonly HookSubject[]): Record<string, string> {
  const list = (value: (subject: HookSubject) => string) => subjects.map(value).join(' ');
  // In a list an empty item would shift every one behind it.
  const none = subjects.length > 1 ? '-' : '';
  const file = (name: string) => list(({ liveDir }) => join(liveDir, name));
  const domains = list(({ target }) => target.domains.join(' '));
  const lineages = list(({ liveDir }) => liveDir);
  return {
    PATH: hookPath,
    CERTD_NAME: list(({ target }) => target.name),
    CERTD_DOMAINS: domains,
    CERTD_LIVE_DIR: lineages,
    CERTD_CERT: file('cert.pem'),
    CERTD_CHAIN: file('chain.pem'),
    CERTD_FULLCHAIN: file('fullchain.pem'),
    CERTD_KEY: file('privkey.pem'),
    CERTD_NOT_AFTER: list(({ leaf }) => toRfc3339(leaf.notAfter)),
    CERTD_SERIAL: list(({ leaf }) => leaf.serial),
    CERTD_FINGERPRINT_SHA256: list(({ leaf }) => leaf.fingerprintSha256),
    CERTD_PREVIOUS_FINGERPRINT_SHA256: list(({ previous }) => previous?.fingerprintSha256 ?? none),
    RENEWED_LINEAGE: lineages,
    RENEWED_DOMAINS: domains,
  };
}
