import { once } from 'node:events';
import type { CertdError } from '../core/errors.ts';
import { isIpv6, type ListenAddress, listenText } from '../core/text/listen-address.ts';
import { closeServer } from '../host/close-server.ts';
import type { OneRequestServer } from '../host/one-request-server.ts';
import { openQueue } from '../host/queue.ts';
import { familyIsMissing, listenError } from './listen-error.ts';

export type Lease = { release(): Promise<void> };

export type Listeners = {
  /**
   * Has a server on every address until the lease is released, which resolves when the ports are free
   * again, unless another lease needs them. An address family that the host lacks is a warning, once while the
   * others are open, unless none is left. Throws the codes of `listenError`, and then has left nothing open.
   */
  lease(addresses: readonly ListenAddress[]): Promise<Lease>;
  /** Closes whatever is open, whoever needs it. */
  close(): Promise<void>;
};

type Unopened = { readonly address: ListenAddress; readonly error: unknown };

export function openListeners(
  newServer: () => OneRequestServer,
  warn: (error: CertdError) => void,
): Listeners {
  const servers = openServers(newServer);
  // An address that is being closed is not opened at the same time.
  const inTurn = openQueue();
  /** All that can be had, or nothing and the refusal that is in the way. */
  const takeAll = async (addresses: readonly ListenAddress[]) => {
    const taken: string[] = [];
    const missing: Unopened[] = [];
    let opened = false;
    for (const address of addresses) {
      try {
        opened = (await servers.take(address)) || opened;
        taken.push(listenText(address));
      } catch (error) {
        missing.push({ address, error });
      }
    }
    const fatal = inTheWay(missing, taken.length);
    if (fatal !== null) await servers.give(taken.splice(0));
    return { taken, fatal, news: opened ? missing : [] };
  };
  return {
    async lease(addresses) {
      const { taken, fatal, news } = await inTurn(() => takeAll(addresses));
      if (fatal !== null) throw await listenError(fatal.address, fatal.error);
      for (const { address, error } of news) warn(await listenError(address, error));
      return { release: () => inTurn(() => servers.give(taken.splice(0))) };
    },
    close: () => inTurn(servers.close),
  };
}

/** A family that the host lacks is passed over, as long as there is another. */
function inTheWay(missing: readonly Unopened[], taken: number): Unopened | null {
  const other = missing.find(({ address, error }) => !familyIsMissing(address, error));
  return other ?? (taken === 0 ? (missing[0] ?? null) : null);
}

/** Servers by address, shared by everybody who needs one. */
function openServers(newServer: () => OneRequestServer) {
  const open = new Map<string, { readonly server: OneRequestServer; leases: number }>();
  return {
    /** Whether it was not open before. Throws what bind(2) says. */
    async take(address: ListenAddress): Promise<boolean> {
      const key = listenText(address);
      const shared = open.get(key);
      if (shared !== undefined) {
        shared.leases += 1;
        return false;
      }
      const server = newServer();
      await listen(server, address);
      open.set(key, { server, leases: 1 });
      return true;
    },
    async give(keys: readonly string[]): Promise<void> {
      for (const key of keys) {
        const shared = open.get(key);
        if (shared === undefined) continue;
        shared.leases -= 1;
        if (shared.leases > 0) continue;
        open.delete(key);
        await closeServer(shared.server);
      }
    },
    async close(): Promise<void> {
      const all = [...open.values()];
      open.clear();
      await Promise.all(all.map(({ server }) => closeServer(server)));
    },
  };
}

async function listen(server: OneRequestServer, { address, port }: ListenAddress): Promise<void> {
  // IPv6 alone (ipv6(7), IPV6_V6ONLY): otherwise [::] would take the port of 0.0.0.0, too.
  server.listen({ host: address, port, ipv6Only: isIpv6(address) });
  await once(server, 'listening');
}
