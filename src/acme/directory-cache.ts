import type { Instant, Millis } from '../core/instant.ts';
import type { Directory } from './decode.ts';

/** The directory of one CA, in memory (docs/decisions/2026-11-24-how-long-a-directory-is-kept.md). */
export type DirectoryCache = {
  /** What was read last; null where it is to be read anew. */
  known(): Directory | null;
  /** `cacheControl`: the header of that name that came with it. */
  keep(directory: Directory, cacheControl: string | undefined): void;
  /** Notes what a resource answered: one that has moved makes the directory be read anew. */
  note(url: string, status: number): void;
};

const hour: Millis = 3_600_000;

export function openDirectoryCache(now: () => Instant): DirectoryCache {
  let kept: { readonly directory: Directory; readonly at: Instant; readonly for: Millis } | null = null;
  return {
    known() {
      if (kept === null) return null;
      const age = now() - kept.at;
      // A clock that was set back must not keep a directory for ever.
      return age >= 0 && age < kept.for ? kept.directory : null;
    },
    keep(directory, cacheControl) {
      kept = { directory, at: now(), for: lifetime(cacheControl) };
    },
    note(url, status) {
      if (kept !== null && hasMoved(status) && resourcesOf(kept.directory).includes(url)) kept = null;
    },
  };
}

/** `max-age` (RFC 9111 §5.2.2.1), from an hour to a day. */
function lifetime(cacheControl = ''): Millis {
  const seconds = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl)?.[1] ?? '0';
  return Math.min(24 * hour, Math.max(hour, Number(seconds) * 1000));
}

/** Redirects, 404, 405 and 410 (RFC 9110 §15). */
function hasMoved(status: number): boolean {
  return (status >= 300 && status < 400) || status === 404 || status === 405 || status === 410;
}

/** Those that every CA has for everybody. Renewal information is asked for below its URL, and 404 there is about a certificate. */
function resourcesOf({ newNonce, newAccount, newOrder }: Directory): readonly string[] {
  return [newNonce, newAccount, newOrder];
}
