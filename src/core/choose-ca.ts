import { fits } from './due.ts';
import type { CaChoice, Observed, Target } from './model.ts';

/** The CA that the next order of a certificate goes to: an order under way stays where it was placed. */
export function chooseCa(target: Target, { order }: Pick<Observed, 'order'>): CaChoice {
  const [first] = target.cas;
  if (order === null || !fits(order, target)) return first;
  return target.cas.find(({ name }) => name === order.ca) ?? first;
}
