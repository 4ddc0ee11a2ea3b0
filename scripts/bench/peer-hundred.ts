import { existsSync } from 'node:fs';
import type { Stack } from '../../test/support/stack.ts';
import { acmeTiny } from './peer-acme-tiny.ts';
import { withCaddy } from './peer-caddy.ts';
import { certbot, lego } from './peer-commands.ts';
import { isOnPath } from './peer-program.ts';
import { countByKind } from './requests.ts';

export type PeerIssue = {
  readonly name: string;
  /** Null where the program is not on the PATH. */
  readonly issued: {
    /** How many were issued; for a client that is one command a certificate maybe fewer than asked for. */
    readonly certificates: number;
    /** Wall time from nothing until all of them were on disk; no web server was told. */
    readonly ms: number;
    /** What Pebble saw, by kind, for all of them together. */
    readonly requests: Readonly<Record<string, number>>;
  } | null;
};

/**
 * Every other client from no account and no certificate, one after the other. Those that are one command a
 * certificate, run in turn as cron would, get the first `sample` names; Caddy gets all at once.
 */
export async function hundredByPeers(
  stack: Stack,
  wish: { readonly names: readonly string[]; readonly sample?: number },
): Promise<PeerIssue[]> {
  const some = wish.names.slice(0, wish.sample);
  const clients = [certbot(stack, 'many-certbot'), lego(stack, 'many-lego'), acmeTiny(stack, 'many-tiny')];
  const peers: PeerIssue[] = [];
  for (const client of clients) {
    const issue = () => issueInTurn(client, some);
    peers.push(await measure(stack, client.name, some.length, issue));
  }
  const issue = () => issueByCaddy(stack, wish.names);
  peers.push(await measure(stack, 'caddy', wish.names.length, issue));
  return peers;
}

/** `issue` resolves with its own time: what it cleans up afterwards does not count. */
async function measure(
  stack: Stack,
  name: string,
  certificates: number,
  issue: () => Promise<{ readonly ms: number }>,
): Promise<PeerIssue> {
  if (!isOnPath(name)) return { name, issued: null };
  const orders = stack.pebble.orders();
  const seen = stack.pebble.requests().length;
  const { ms } = await issue();
  const placed = stack.pebble.orders() - orders;
  if (placed < certificates)
    throw new Error(`${name} placed ${placed} orders for ${certificates} certificates`);
  return {
    name,
    issued: { certificates, ms, requests: countByKind(stack.pebble.requests().slice(seen)) },
  };
}

async function issueInTurn(
  client: {
    readonly name: string;
    issue(domain: string, options: { readonly hook: boolean }): Promise<void>;
    fileOf(domain: string): string;
  },
  names: readonly string[],
): Promise<{ ms: number }> {
  const start = performance.now();
  for (const name of names) await client.issue(name, { hook: false });
  const ms = performance.now() - start;
  const missing = names.filter(name => !existsSync(client.fileOf(name)));
  if (missing.length > 0) throw new Error(`${client.name} left no certificate for ${missing.join(', ')}`);
  return { ms };
}

function issueByCaddy(stack: Stack, names: readonly string[]): Promise<{ ms: number }> {
  return withCaddy(stack, { dir: 'many-caddy', names }, async caddy => {
    const start = performance.now();
    await caddy.issueAll();
    return { ms: performance.now() - start };
  });
}
