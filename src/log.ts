import { type DestinationStream, type Logger, pino } from 'pino';
import { redact } from './redact.ts';

/** What the rest of certd needs of a logger. Messages are static; facts are fields. `level` can be set. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level'>;

type LogOptions = {
  readonly level: string;
  /** `journald`: `<N>` priority before each line, no time; `json`: one object a line. */
  readonly style: 'journald' | 'json';
  readonly write: (text: string) => void;
};

/** The journal's priorities (sd-daemon(3)) for pino's levels. */
const priorities: Readonly<Record<number, number>> = { 60: 2, 50: 3, 40: 4, 30: 6, 20: 7, 10: 7 };

/** A logger that writes synchronously, so that nothing is lost at exit, and through the censor of `redact.ts`. */
export function openLog({ level, style, write }: LogOptions): Log {
  if (style === 'json') return pino({ level, base: null }, { write: line => write(redact(line)) });
  const stream: DestinationStream & { lastLevel: number } = {
    lastLevel: 30,
    write(line) {
      write(`<${priorities[this.lastLevel] ?? 6}>${redact(line)}`);
    },
  };
  // pino sets `lastLevel` on a destination that carries this symbol.
  return pino({ level, base: null, timestamp: false }, Object.assign(stream, metadata));
}

const metadata = { [Symbol.for('pino.metadata')]: true };
