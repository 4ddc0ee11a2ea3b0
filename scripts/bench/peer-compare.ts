import type { Stack } from '../../test/support/stack.ts';
import { type CaddyMemory, idleMemoryOfCaddy } from './peer-caddy-memory.ts';
import { hundredByPeers, type PeerIssue } from './peer-hundred.ts';
import { type PeerTimes, renewalByPeers } from './peer-renewal.ts';

export type PeerData = {
  /** How many certificates were asked of each. */
  readonly certificates: number;
  readonly hundred: readonly PeerIssue[];
  readonly renewal: readonly PeerTimes[];
  /** Null where Caddy is not on the PATH. */
  readonly caddyMemory: CaddyMemory | null;
};

/** All that the other clients on the PATH are measured by, one after the other. Takes minutes. */
export async function comparePeers(
  stack: Stack,
  wish: {
    readonly names: readonly string[];
    /** How many of the names a client gets that is one command a certificate. */
    readonly sample: number;
    readonly renewals: { readonly domain: string; readonly count: number };
  },
): Promise<PeerData> {
  const hundred = await hundredByPeers(stack, wish);
  const renewal = await renewalByPeers(stack, wish.renewals);
  const caddyMemory = await idleMemoryOfCaddy(stack, wish);
  return { certificates: wish.names.length, hundred, renewal, caddyMemory };
}
