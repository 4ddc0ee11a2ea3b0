import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '../../test/support/run-process.ts';
import type { Stack } from '../../test/support/stack.ts';
import { withCaddy } from './peer-caddy.ts';
import { isOnPath } from './peer-program.ts';

/** Resident memory in kB (VmRSS) after 20 s without work. */
export type CaddyMemory = {
  /** Of the process that issued the certificates. */
  readonly afterIssuingKb: number;
  /** Of one that found them in its storage. */
  readonly afterRestartKb: number;
};

const idleMs = 20_000;

/** Caddy with one certificate a name, which it gets first; null where it is not on the PATH or its CA locked up. */
export async function idleMemoryOfCaddy(
  stack: Stack,
  wish: { readonly names: readonly string[] },
): Promise<CaddyMemory | null> {
  if (!isOnPath('caddy')) return null;
  return withCaddy(stack, { dir: 'idle-caddy', names: wish.names }, async (caddy, pebble) => {
    const issued = await caddy.issueAll();
    if (issued === null) return null;
    const afterIssuingKb = await idleMemory(issued);
    const orders = pebble.orders();
    const afterRestartKb = await idleMemory(await caddy.start());
    if (pebble.orders() !== orders) throw new Error('Caddy issued anew instead of reading its storage');
    return { afterIssuingKb, afterRestartKb };
  });
}

/** Ends the process afterwards. */
async function idleMemory(process: RunningProcess): Promise<number> {
  await sleep(idleMs);
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kb === undefined) throw new Error(`no VmRSS in /proc/${process.pid}/status`);
  await process.stop();
  return Number(kb);
}
