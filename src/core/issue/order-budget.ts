import type { Instant, Millis } from '../instant.ts';
import type { PlacedOrder } from '../model.ts';

const week: Millis = 7 * 86_400_000;

/** Let's Encrypt issues five certificates for exactly one set of names in seven days, and makes no exception. */
const perWeek = 5;

/** The orders to remember: of the last seven days. A clock that ran ahead has dated some into the future. */
export function recentOrders(orders: readonly PlacedOrder[], now: Instant): readonly PlacedOrder[] {
  return orders.filter(({ at }) => at <= now && now - at < week);
}

/**
 * When an order for these names leaves one of the five for what cannot wait; null where it does so now. An order
 * that failed counts too: nobody knows how far it came.
 */
export function sparedUntil(
  orders: readonly PlacedOrder[],
  domains: readonly string[],
  now: Instant,
): Instant | null {
  const same = recentOrders(orders, now).filter(order => isSameSet(order.domains, domains));
  const blocking = same.at(1 - perWeek);
  return blocking === undefined ? null : blocking.at + week;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every(domain => b.includes(domain));
}
