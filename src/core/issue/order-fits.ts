import type { CaChoice, OrderUnderWay, Target } from '../model.ts';
import { profileFits } from './profile.ts';

/**
 * Whether an order under way still is what the configuration asks for. One that is not is no reason to do
 * anything: it is cleared away by the next attempt.
 */
export function fits(order: OrderUnderWay, target: Target): boolean {
  const choice = choiceOf(order.ca, target);
  return (
    choice !== null &&
    profileFits(order.profile, choice) &&
    order.keyType === target.keyType &&
    order.domains.length === target.domains.length &&
    order.domains.every(domain => target.domains.includes(domain))
  );
}

/** What is asked of a CA, from any place of the list: what is good is not replaced because another CA comes first. */
export function choiceOf(ca: string, { cas }: Target): CaChoice | null {
  return cas.find(({ name }) => name === ca) ?? null;
}
