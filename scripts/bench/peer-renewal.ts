import type { Stack } from '../../test/support/stack.ts';
import { type CommandPeer, certbot, lego } from './peer-commands.ts';
import { isOnPath } from './peer-program.ts';

/** Whole commands in milliseconds; null where the program is not installed. */
export type PeerTimes = { readonly name: string; readonly ms: readonly number[] | null };

/** The other clients on PATH, with the same CA, the same web server and the same reload. */
export async function renewalByPeers(
  stack: Stack,
  wish: { readonly domain: string; readonly count: number },
): Promise<PeerTimes[]> {
  const times: PeerTimes[] = [];
  for (const peer of [certbot(stack, 'one-certbot'), lego(stack, 'one-lego')])
    times.push({ name: peer.name, ms: isOnPath(peer.name) ? await timeRenewals(stack, peer, wish) : null });
  return times;
}

async function timeRenewals(
  stack: Stack,
  peer: CommandPeer,
  wish: { readonly domain: string; readonly count: number },
): Promise<number[]> {
  await peer.issue(wish.domain, { hook: true });
  const ms: number[] = [];
  for (let n = 0; n < wish.count; n += 1) {
    const orders = stack.pebble.orders();
    const start = performance.now();
    const printed = await peer.renew(wish.domain);
    ms.push(performance.now() - start);
    if (stack.pebble.orders() === orders) throw new Error(`${peer.name} renewed nothing:\n${printed}`);
  }
  return ms;
}
