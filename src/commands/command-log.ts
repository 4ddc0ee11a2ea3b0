import { CertdError } from '../core/errors.ts';
import { type Log, openLog } from '../log.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/**
 * The log of a command: pretty on a terminal, with journald's priorities under it, else one JSON object a
 * line (contract section 7). Node writes to these streams synchronously on Linux: nothing is lost at exit.
 */
export async function commandLog(level: string, stream: 'stdout' | 'stderr'): Promise<Log> {
  if (!levels.includes(level)) {
    throw new CertdError('usage', `--log-level is one of ${levels.join(', ')}, not ${level}`);
  }
  const out = process[stream];
  const write = (text: string) => void out.write(text);
  if (out.isTTY) {
    const { openPrettyLog } = await import('../log-pretty.ts');
    return openPrettyLog(level, process.env['NO_COLOR'] === undefined, write);
  }
  return openLog({ level, style: process.env['JOURNAL_STREAM'] === undefined ? 'json' : 'journald', write });
}
