import type { CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { AccountCare, AccountStore, Clock, Issuer, Random } from '../core/ports.ts';
import { type AccountGuard, openAccount } from './account.ts';
import { checkCa } from './check.ts';
import { completeOrder } from './complete.ts';
import { openConnection } from './connection.ts';
import { deactivate } from './deactivate.ts';
import type { Order } from './decode.ts';
import { placeOrder } from './order.ts';
import { fetchRenewalInfo } from './renewal-info.ts';
import type { RequestKind } from './request-kind.ts';
import { revokeCertificate } from './revoke.ts';
import { rollOver } from './rollover.ts';
import { showAccount } from './show-account.ts';
import { openTimeLimit } from './time-limit.ts';

export type IssuerOptions = {
  readonly authority: {
    readonly name: string;
    readonly directoryUrl: string;
    readonly eab: { readonly kid: string; readonly hmacKeyFile: string } | null;
    readonly trustFile: string | null;
    readonly issueTimeoutMs: Millis;
  };
  readonly account: AccountStore;
  /** One for all that use the account at this directory, under whatever name and configuration. */
  readonly accountGuard: AccountGuard;
  readonly email: string | null;
  readonly agreeTos: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** `certd/<version>` (RFC 8555 §6.1 asks for one). */
  readonly userAgent: string;
  /** What went wrong without harm to the order. */
  readonly warn: (error: CertdError) => void;
  /** Called once for every request that goes out, also for one that is signed again. */
  readonly onRequest?: (kind: RequestKind) => void;
  /** For one request: connecting and the whole answer. */
  readonly requestTimeoutMs?: Millis;
};

// One for every order under way; far fewer run at once.
const maxPlaced = 64;

export type OpenIssuer = Issuer & {
  readonly care: AccountCare;
  close(): void;
};

/** One CA with one account over RFC 8555 and RFC 9773. Speaks to nobody before the first call. */
export function openIssuer(options: IssuerOptions): OpenIssuer {
  const { clock, random, warn } = options;
  const connection = openConnection({
    directoryUrl: options.authority.directoryUrl,
    trustFile: options.authority.trustFile,
    userAgent: options.userAgent,
    timeoutMs: options.requestTimeoutMs ?? 30_000,
    clock,
    onRequest: options.onRequest ?? (() => undefined),
  });
  const wish = {
    ca: options.authority.name,
    connection,
    eab: options.authority.eab,
    store: options.account,
    patience: options.accountGuard.patience,
    email: options.email,
    agreeTos: options.agreeTos,
    clock,
    warn,
  };
  const account = openAccount(wish, options.accountGuard);
  const { use, change } = options.accountGuard.shared;
  const placed = rememberOrders();
  return {
    order: (request, signal) =>
      use(async () => {
        const signer = await account.signer(signal);
        const { order, ...result } = await placeOrder(connection, signer, request, signal);
        placed.put(result.url, order);
        return result;
      }),
    complete: ({ orderUrl, placedAt, domains, csr, solver }, signal) =>
      use(async () => {
        const { issueTimeoutMs } = options.authority;
        const time = openTimeLimit(clock, issueTimeoutMs);
        const known = placed.take(orderUrl);
        const parkUntil = (placedAt ?? 0) + issueTimeoutMs;
        const limits = { clock, random, time, parkUntil, signal };
        const work = { orderUrl, domains, signer: await account.signer(signal), solver, limits, warn };
        return completeOrder(work, csr, known);
      }),
    account: signal => use(async () => (await account.entered(signal)).url),
    care: {
      show: signal => use(() => showAccount(wish, account.entered, signal)),
      rollOver: signal => change(() => rollOver(wish, signal)),
      deactivate: signal => change(() => deactivate(wish, signal)),
    },
    check: signal => use(() => checkCa({ connection, store: options.account, clock }, signal)),
    revoke: (request, signal) =>
      use(async () => {
        // An account that is only made for this is nobody's who issued it, and may cost a binding that works once.
        const isRegistered = (await options.account.read())?.registration != null;
        const signer = async () => (await account.entered(signal)).signer;
        return revokeCertificate(
          { connection, account: isRegistered ? signer : null, clock },
          request,
          signal,
        );
      }),
    renewalInfo: (certId, signal) => fetchRenewalInfo(connection, certId, clock, signal),
    close: () => connection.close(),
  };
}

/** newOrder's answer, kept for the `complete` that follows it and used once: later it would be stale. */
function rememberOrders(): { put(url: string, order: Order): void; take(url: string): Order | null } {
  const orders = new Map<string, Order>();
  return {
    put(url, order) {
      orders.set(url, order);
      for (const oldest of orders.keys()) {
        if (orders.size <= maxPlaced) break;
        orders.delete(oldest);
      }
    },
    take(url) {
      const order = orders.get(url) ?? null;
      orders.delete(url);
      return order;
    },
  };
}
