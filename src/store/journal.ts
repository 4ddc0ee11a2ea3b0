import { join } from 'node:path';
import type { Instant } from '../core/instant.ts';
import type { Disk } from '../core/ports.ts';
import { toRfc3339 } from '../core/text/time-text.ts';

/** Appends one event to this month's journal: history for people and support, never read by a decision. */
export async function journal(
  disk: Disk,
  directory: string,
  at: Instant,
  event: Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const time = toRfc3339(at);
  const path = join(directory, `journal-${time.slice(0, 7)}.ndjson`);
  await disk.append(path, Buffer.from(`${JSON.stringify({ at: time, ...event })}\n`), 0o600);
}
