import { existsSync } from 'node:fs';
import type { TestPebble } from '../../test/support/pebble.ts';
import type { Stack } from '../../test/support/stack.ts';
import { acmeTiny } from './peer-acme-tiny.ts';
import { withCaddy } from './peer-caddy.ts';
import { certbot, lego } from './peer-commands.ts';
import { isOnPath } from './peer-program.ts';
import { countByKind } from './requests.ts';

export type PeerIssue = {
  readonly name: string;
  /** Or why there is nothing to compare. */
  readonly issued: Issued | string;
};

type Issued = {
  /** How many were issued; for a client that is one command a certificate maybe fewer than asked for. */
  readonly certificates: number;
  /** Wall time from nothing until all of them were on disk; no web server was told. */
  readonly ms: number;
  /** What Pebble saw, by kind, for all of them together. */
  readonly requests: Readonly<Record<string, number>>;
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
    const issued = isOnPath(client.name)
      ? await measure(stack.pebble, client.name, some.length, () => issueInTurn(client, some))
      : 'not installed, not compared';
    peers.push({ name: client.name, issued });
  }
  const issued = isOnPath('caddy') ? await issueByCaddy(stack, wish.names) : 'not installed, not compared';
  return [...peers, { name: 'caddy', issued }];
}

async function measure(
  pebble: TestPebble,
  name: string,
  certificates: number,
  issue: () => Promise<void>,
): Promise<Issued> {
  const orders = pebble.orders();
  const seen = pebble.requests().length;
  const start = performance.now();
  await issue();
  const ms = performance.now() - start;
  const placed = pebble.orders() - orders;
  if (placed < certificates)
    throw new Error(`${name} placed ${placed} orders for ${certificates} certificates`);
  return { certificates, ms, requests: countByKind(pebble.requests().slice(seen)) };
}

async function issueInTurn(
  client: {
    readonly name: string;
    issue(domain: string, options: { readonly hook: boolean }): Promise<void>;
    fileOf(domain: string): string;
  },
  names: readonly string[],
): Promise<void> {
  for (const name of names) await client.issue(name, { hook: false });
  const missing = names.filter(name => !existsSync(client.fileOf(name)));
  if (missing.length > 0) throw new Error(`${client.name} left no certificate for ${missing.join(', ')}`);
}

async function issueByCaddy(stack: Stack, names: readonly string[]): Promise<Issued | string> {
  const issued = await withCaddy(stack, { dir: 'many-caddy', names }, async (caddy, pebble) => {
    let isWhole = false;
    const figures = await measure(pebble, 'caddy', 1, async () => {
      isWhole = (await caddy.issueAll()) !== null;
    });
    return isWhole ? { ...figures, certificates: names.length } : null;
  });
  return issued ?? 'not measured: Pebble stopped answering it each time';
}
