import type { Instant } from '../instant.ts';
import type { CaChoice, Observed, Target, Trouble } from '../model.ts';
import { isGivenUp } from './ca-trouble.ts';
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
  const choices = inOrder(target, seen);
  const isRefused = (trouble: Trouble, choice: CaChoice) =>
    trouble.ca === choice.name && isGivenUp(trouble, seen, now);
  const { troubles } = seen.issuer;
  const willing = choices.find(choice => !troubles.some(trouble => isRefused(trouble, choice)));
  if (willing !== undefined) return willing;
  return choices
    .flatMap(choice =>
      troubles.filter(trouble => isRefused(trouble, choice)).map(trouble => ({ choice, trouble })),
    )
    .reduce((best, one) => (isSooner(one.trouble, best.trouble) ? one : best)).choice;
}

function inOrder(target: Target, { order }: Pick<Observed, 'order'>): Target['cas'] {
  const isUnder = ({ name }: CaChoice) => order !== null && fits(order, target) && name === order.ca;
  const under = target.cas.find(isUnder);
  return under === undefined ? target.cas : [under, ...target.cas.filter(choice => choice !== under)];
}

function isSooner(trouble: Trouble, than: Trouble): boolean {
  const [a, b] = [trouble.notBefore ?? 0, than.notBefore ?? 0];
  return a < b || (a === b && trouble.at < than.at);
}
