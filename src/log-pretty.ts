import { Writable } from 'node:stream';
import pretty from 'pino-pretty';
import { visibleText } from './core/text/visible-text.ts';
import { type Log, openLog } from './log.ts';

/** The log for a person at a terminal; in a file of its own so that a daemon never loads the printer. */
export function openPrettyLog(level: string, color: boolean, write: (text: string) => void): Log {
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      write(color ? visibleButColors(String(chunk)) : visibleText(String(chunk)));
      done();
    },
  });
  const stream = pretty({ colorize: color, sync: true, translateTime: 'SYS:HH:MM:ss', destination });
  return openLog({ level, style: 'json', write: line => stream.write(line) });
}

/** Messages are static and facts come as JSON, so an escape here is the printer's own. */
function visibleButColors(text: string): string {
  return text.split('\u001b').map(visibleText).join('\u001b');
}
