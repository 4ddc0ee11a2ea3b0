import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { redrawn, type Shown, watchStatus } from '../../src/commands/status-watch.ts';

const states: readonly Shown[] = [
  { out: 'OK: 1\nrow\n', err: '', exitCode: 0 },
  { out: '', err: 'certd: why\n', exitCode: 3 },
  { out: 'CRITICAL: 1\nrow\n', err: '', exitCode: 2 },
];

/** Watches a host that shows the states one after the other; `afterwards` happens in the pause after each. */
async function watched(rows: number | null, afterwards: (pauses: number, events: EventEmitter) => void) {
  const written: { out: string[]; err: string[] } = { out: [], err: [] };
  const signals = new EventEmitter();
  const out = Object.assign(new EventEmitter(), { write: (text: string) => written.out.push(text) });
  let [looks, pauses] = [0, 0];
  const look = async () => states[looks++] ?? { out: '', err: '', exitCode: 99 };
  const exitCode = await watchStatus(look, {
    signals,
    out,
    err: { write: text => written.err.push(text) },
    rows: () => rows,
    pause: async () => afterwards(++pauses, pauses > 2 ? out : signals),
  });
  const listeners = [signals.eventNames(), out.eventNames()].flat();
  return { exitCode, looks, listeners, out: written.out.join(''), err: written.err.join('') };
}

describe('shows the state again and again', () => {
  it.each(['SIGINT', 'SIGTERM'])('until %s, and ends with the code of the last state', async signal => {
    const ended = await watched(null, (pauses, signals) => {
      if (pauses === 2) signals.emit(signal);
    });
    expect(ended).toEqual({ exitCode: 3, looks: 2, listeners: [], out: 'OK: 1\nrow\n', err: 'certd: why\n' });
  });

  it('until nobody reads any more', async () => {
    const ended = await watched(null, (pauses, out) => {
      if (pauses === 3) out.emit('error', new Error('EPIPE'));
    });
    expect(ended).toMatchObject({ exitCode: 2, looks: 3, out: 'OK: 1\nrow\n\nCRITICAL: 1\nrow\n' });
  });

  it('in one place on a terminal, errors too', async () => {
    const { out, err } = await watched(24, (pauses, signals) => {
      if (pauses === 2) signals.emit('SIGINT');
    });
    const clear = '\u001b[K\n';
    expect(out).toBe(`\u001b[HOK: 1${clear}row${clear}\u001b[J\u001b[Hcertd: why${clear}\u001b[J`);
    expect(err).toBe('');
  });

  it('does not pause for a signal that came during the look', async () => {
    const signals = new EventEmitter();
    const silent = Object.assign(new EventEmitter(), { write: () => {} });
    const look = async () => {
      signals.emit('SIGINT');
      return { out: '', err: '', exitCode: 1 };
    };
    const pause = () => Promise.reject(new Error('it paused'));
    expect(await watchStatus(look, { signals, out: silent, err: silent, rows: () => null, pause })).toBe(1);
  });
});

it.each([
  [4, 'a b c'],
  [3, 'a (2 more lines; the window is too small)'],
  [2, '(3 more lines; the window is too small)'],
  [1, '(3 more lines; the window is too small)'],
])('on %d rows shows what fits', (rows, shown) => {
  const lines = redrawn('a\nb\nc\n', rows).split('\u001b[K\n');
  expect(lines.slice(0, -1).join(' ')).toBe(`\u001b[H${shown}`);
});
