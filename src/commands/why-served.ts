import { lookDueAt } from '../core/deploy/look-due.ts';
import { lastRecord } from '../core/deploy/served-record.ts';
import type { Look } from '../core/issue/due.ts';
import { when } from './why-words.ts';

/** What each endpoint presented when it was looked at last, and when it is looked at again. */
export function servedLines({ target, seen, now }: Look): readonly string[] {
  const lines = target.deploy.verify.map(endpoint => {
    const name = `${endpoint.connect} (${endpoint.serverName})`;
    const record = lastRecord(seen, endpoint);
    if (record === null) return `${name}: nobody has looked yet`;
    const detail = record.detail === null ? '' : `: ${record.detail}`;
    return `${name}: ${record.state}${detail}; looked at ${when(record.checkedAt, now)}`;
  });
  const next = lookDueAt(target, seen, now);
  return next === null ? lines : [...lines, `looked at again ${next <= now ? 'now' : when(next, now)}`];
}
