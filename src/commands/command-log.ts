import { fstatSync } from 'node:fs';
import { type Log, openLog } from '../log.ts';
import { hideProgress } from './progress.ts';

/**
 * The log of a command: pretty on a terminal, with journald's priorities under it, else one JSON object a
 * line (contract section 7). Node writes to these streams synchronously on Linux: nothing is lost at exit.
 */
export async function commandLog(level: string, stream: 'stdout' | 'stderr'): Promise<Log> {
  const out = process[stream];
  const write = (text: string) => {
    hideProgress();
    out.write(text);
  };
  if (out.isTTY) {
    const { openPrettyLog } = await import('../log-pretty.ts');
    return openPrettyLog(level, !process.env['NO_COLOR'], write);
  }
  return openLog({ level, style: goesToJournal(out.fd) ? 'journald' : 'json', write });
}

/** The variable is inherited by every child of a service: it speaks of this stream only where they are the same. */
function goesToJournal(fd: number): boolean {
  const { dev, ino } = fstatSync(fd);
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}
