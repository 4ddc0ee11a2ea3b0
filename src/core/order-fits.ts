import type { OrderUnderWay, Target } from './model.ts';

/**
 * Whether an order under way still is what the configuration asks for. One that is not is no reason to do
 * anything: it is cleared away by the next attempt.
 */
export function fits(order: OrderUnderWay, target: Target): boolean {
  return (
    mayCome(order.ca, target) &&
    order.keyType === target.keyType &&
    order.domains.length === target.domains.length &&
    order.domains.every(domain => target.domains.includes(domain))
  );
}

/** From any CA of the list: what is good is not replaced because another comes first. */
export function mayCome(ca: string, { cas }: Target): boolean {
  return cas.some(({ name }) => name === ca);
}
