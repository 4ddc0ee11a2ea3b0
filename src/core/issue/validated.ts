import { isUntouched } from '../host/host-change.ts';
import type { Instant } from '../instant.ts';
import type { Observed, Validation } from '../model.ts';

/**
 * What is known of the validations of these domains after an order of `ca` in which certd has answered for `answered`: an
 * authorization that was still good took no challenge, so that the one before counts.
 */
export function validatedAfter(
  seen: Pick<Observed, 'issued' | 'host'>,
  order: {
    readonly domains: readonly string[];
    readonly answered: ReadonlySet<string>;
    readonly ca: string;
    readonly now: Instant;
  },
): readonly Validation[] {
  const before = validatedOf(seen);
  return order.domains.flatMap(domain => {
    if (order.answered.has(domain)) return [{ domain, ca: order.ca, at: order.now }];
    return before.find(each => each.domain === domain) ?? [];
  });
}

/**
 * The last validation of each domain, as far as it tells that a CA gets through to this host: not where an attempt has
 * failed since, and not where the state is another host’s.
 */
export function lastValidations(
  names: readonly Pick<Observed, 'issued' | 'host' | 'issuer'>[],
): ReadonlyMap<string, Validation> {
  const last = new Map<string, Validation>();
  for (const seen of names) {
    if (seen.issuer.failures > 0 || isUntouched(seen.host.change) || seen.host.fault !== null) continue;
    for (const each of validatedOf(seen)) {
      if (each.at > (last.get(each.domain)?.at ?? 0)) last.set(each.domain, each);
    }
  }
  return last;
}

/** Of the newest generation; a copy was validated at the host that it comes from. */
function validatedOf({ issued, host }: Pick<Observed, 'issued' | 'host'>): readonly Validation[] {
  const newest = issued.at(-1);
  return newest === undefined || newest.id === host.copied ? [] : newest.validated;
}
