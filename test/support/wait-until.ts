import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningProcess, withLog } from './run-process.ts';

/**
 * Asks again until `probe` gives something other than null, at most `limitMs` (a minute, for machines that have much to
 * do), and returns it. An error of the probe counts as "not yet" and is shown when time is up.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | null> | T | null,
  limitMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  let last: unknown = null;
  while (performance.now() < deadline) {
    try {
      const found = await probe();
      if (found !== null) return found;
    } catch (thrown) {
      last = thrown;
    }
    await sleep(20);
  }
  throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`, { cause: last });
}

/** Waits until a program listens, and gives up at once when it ends instead. */
export async function waitUntilListening(
  name: string,
  address: { readonly port: number } | { readonly path: string },
  program: RunningProcess,
): Promise<void> {
  const listening = await waitUntil(`${name} listens`, async () =>
    program.ended() !== null || (await connects(address)) ? program.ended() === null : null,
  ).catch((thrown: unknown) => {
    throw withLog(String(thrown), program);
  });
  if (!listening) throw withLog(program.ended() ?? name, program);
}

/** Whether somebody listens there. */
export function connects(address: { readonly port: number } | { readonly path: string }): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect('port' in address ? { ...address, host: '127.0.0.1' } : address);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
