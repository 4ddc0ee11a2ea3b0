import type { Instant, Millis } from '../instant.ts';
import type { Observed, Target } from '../model.ts';
import { filesKey } from './files-key.ts';

/** The last time that the deployer was asked about a certificate, and what spoke for it (`requestReason`). */
export type RequestMade = { readonly reason: string; readonly at: Instant };

/** A deployer that has taken a request and done nothing is asked so seldom: it may be broken, and costs a process each time. */
const again: Millis = 5 * 60_000;

/** Whether the deployer is to be asked, who has not been since `last`: at once for another reason, for the same one later. */
export function requestDue(reason: string, last: RequestMade | null, now: Instant): boolean {
  if (last === null || last.reason !== reason) return true;
  // One that lies ahead was made by a clock that ran ahead.
  return now - last.at >= again || last.at > now;
}

/**
 * What makes a deploy owed: where a part of it changes, the deployer has something new to do. The progress of one that is
 * under way is no news.
 */
export function requestReason(
  { files }: Pick<Target, 'files'>,
  { live, deploy }: Pick<Observed, 'live' | 'deploy'>,
  id: string,
): string {
  const { served, underWay, ...rest } = deploy;
  return JSON.stringify([id, live?.id ?? null, filesKey(files), rest]);
}
