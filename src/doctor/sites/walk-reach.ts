import type { Millis } from '../../core/instant.ts';
import type { Validation } from '../../core/model.ts';
import { spanText } from '../../core/text/time-text.ts';
import { isOfThisHost } from '../names/address-findings.ts';
import type { SeenNames, Walk } from '../names/seen-names.ts';

/**
 * From where a request of this host to itself has come. `outside`: through the cloud’s gateway, like everybody’s. `inside`:
 * the kernel sends what is for an address of its interfaces over `lo`, and no firewall in front has seen it. `elsewhere`:
 * who has answered is not known to be this host.
 */
export type Reach = 'outside' | 'inside' | 'elsewhere';

export function reachOf(walk: Walk, host: SeenNames): Reach {
  if (![walk.address, ...walk.later].every(address => isOfThisHost(address, host))) return 'elsewhere';
  return neverLeft(walk, host) ? 'inside' : 'outside';
}

/** Whether a request on the way of this walk was one over `lo`. */
export function neverLeft({ address, later }: Walk, { ownAddresses }: SeenNames): boolean {
  return [address, ...later].some(each => ownAddresses.includes(each));
}

/** As long as Let’s Encrypt itself goes by a validation. */
const proofMs: Millis = 30 * 86_400_000;

/** A CA’s clock and this one may differ by that much. */
const toleranceMs: Millis = 60_000;

/** The validation of a domain that still proves that a CA gets through; null without one. */
export function proofOf(domain: string, { validations, now }: SeenNames): Validation | null {
  const last = validations.get(domain);
  if (last === undefined) return null;
  return last.at <= now + toleranceMs && now - last.at <= proofMs ? last : null;
}

/** "letsencrypt has validated it 12d ago". */
export function validationText({ ca, at }: Validation, { now }: SeenNames): string {
  return `${ca} has validated it ${spanText(Math.max(0, now - at))} ago`;
}
