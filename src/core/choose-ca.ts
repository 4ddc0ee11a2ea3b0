import { isGivenUp } from './ca-trouble.ts';
import type { Instant } from './instant.ts';
import type { CaChoice, Observed, Target, Trouble } from './model.ts';
import { fits } from './order-fits.ts';

/**
 * The CA that the next order of a certificate goes to: where an order is under way, else the first of the list, each
 * as long as it is not given up. Where all are, the one that can be asked soonest, and of equals the one that was asked
 * longest ago.
 */
export function chooseCa(
  target: Target,
  seen: Pick<Observed, 'order' | 'issued' | 'issuer'>,
  now: Instant,
): CaChoice {
  const [first, ...others] = inOrder(target, seen);
  const troubleOf = ({ name }: CaChoice) => seen.issuer.troubles.find(({ ca }) => ca === name) ?? null;
  const willing = [first, ...others].find(choice => {
    const trouble = troubleOf(choice);
    return trouble === null || !isGivenUp(trouble, seen, now);
  });
  if (willing !== undefined) return willing;
  return others.reduce(
    (best, choice) => (isSooner(troubleOf(choice), troubleOf(best)) ? choice : best),
    first,
  );
}

function inOrder(target: Target, { order }: Pick<Observed, 'order'>): Target['cas'] {
  if (order === null || !fits(order, target)) return target.cas;
  const under = target.cas.find(({ name }) => name === order.ca);
  return under === undefined ? target.cas : [under, ...target.cas.filter(choice => choice !== under)];
}

function isSooner(trouble: Trouble | null, than: Trouble | null): boolean {
  if (trouble === null || than === null) return than !== null;
  const [a, b] = [trouble.notBefore ?? 0, than.notBefore ?? 0];
  return a < b || (a === b && trouble.at < than.at);
}
