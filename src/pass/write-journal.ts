import { asCertdError, logFields } from '../core/errors.ts';
import { journal } from '../store/journal.ts';
import type { HostParts } from './host-parts.ts';

/** Journals are history: one that cannot be written is a warning, and undoes nothing of what it tells. */
export async function writeJournal(
  directory: string,
  event: Parameters<typeof journal>[3],
  { disk, clock, log }: HostParts,
): Promise<void> {
  try {
    await journal(disk, directory, clock.now(), event);
  } catch (thrown) {
    const error = asCertdError(thrown);
    log.warn(logFields(error), 'journal could not be written');
  }
}
