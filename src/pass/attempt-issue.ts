import { asCertdError, type CertdError } from '../core/errors.ts';
import { recentOrders } from '../core/issue/order-budget.ts';
import type { Attempt } from './attempt.ts';
import { issue } from './issue.ts';
import type { PassParts } from './pass-parts.ts';
import { holdAhead, recordFailure, recordSuccess } from './record-issue.ts';

export type IssueOutcome = {
  /** The generation that was issued. */
  readonly issued: string | null;
  readonly error: CertdError | null;
};

/**
 * One attempt to issue, between the commands of `attempt`, with its outcome written down (docs/state.md section 4, steps 0
 * to 8). Never throws.
 */
export async function attemptIssue(
  due: Omit<Attempt, 'startedAt' | 'orders'>,
  parts: PassParts,
): Promise<IssueOutcome> {
  const startedAt = parts.clock.now();
  const attempt = { ...due, startedAt, orders: [...recentOrders(due.seen.issuer.orders, startedAt)] };
  let issued: string;
  try {
    await holdAhead(attempt, parts);
    issued = await parts.attemptHooks.around(due.target, parts, () => issue(attempt, parts));
  } catch (thrown) {
    const error = asCertdError(thrown);
    await recordFailure(attempt, error, parts);
    return { issued: null, error };
  }
  return { issued, error: await recordSuccess(attempt, issued, parts) };
}
