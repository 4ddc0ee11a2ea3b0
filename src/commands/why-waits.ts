import { attemptKey } from '../core/issue/attempt-key.ts';
import { holds } from '../core/issue/backoff.ts';
import { isGivenUp, longestCaHold } from '../core/issue/ca-trouble.ts';
import type { Look } from '../core/issue/due.ts';
import { recentOrders, sparedUntil } from '../core/issue/order-budget.ts';
import type { Trouble } from '../core/model.ts';
import { relativeText } from '../core/text/time-text.ts';
import { when } from './why-words.ts';

/** What holds an order back, whether or not one is due. */
export function waitLines(look: Look): readonly string[] {
  const { target, seen, now } = look;
  const { order, issuer } = seen;
  const orderWaits = order !== null && holds(order.notBefore, now, longestCaHold) ? order.notBefore : null;
  return [
    ...backOffLines(look),
    ...(orderWaits === null
      ? []
      : [`the CA is at work on an order, and asks to wait until ${when(orderWaits, now)}`]),
    ...issuer.troubles
      .filter(({ ca }) => target.cas.some(({ name }) => name === ca))
      .map(trouble => troubleLine(trouble, look)),
  ];
}

function backOffLines({ target, seen, now }: Look): readonly string[] {
  const { nextAttemptAt, failedFor, failures } = seen.issuer;
  if (!holds(nextAttemptAt, now)) return [];
  const after = failures === 0 ? '' : ` after ${failures} ${failures === 1 ? 'failure' : 'failures'}`;
  const wait = `certd backs off until ${when(nextAttemptAt, now)}${after}`;
  const isOver = failedFor !== null && failedFor !== attemptKey(target);
  if (isOver) return [`${wait}, but not from this: the configuration has changed since`];
  return [`${wait}; \`certd renew ${target.name}\` does not wait`];
}

function troubleLine(trouble: Trouble, { target, seen, now }: Look): string {
  const { ca, since, notBefore } = trouble;
  const wait = holds(notBefore, now, longestCaHold)
    ? `, and asks to wait until ${when(notBefore, now)}, which nothing overrides`
    : '';
  const isPassedOver = target.cas.length > 1 && isGivenUp(trouble, seen, now);
  return `the CA ${ca} has failed it since ${when(since, now)}${wait}${isPassedOver ? '; another CA is asked' : ''}`;
}

/** How much of the CA’s limit on equal certificates is spent. */
export function orderLines({ target, seen, now }: Look): readonly string[] {
  const orders = recentOrders(seen.issuer.orders, now);
  const last = orders.at(-1);
  if (last === undefined) return [];
  const spared = sparedUntil(orders, target.domains, now);
  const kept = 'the last of five for these names is kept for what cannot wait, until';
  return [
    `${orders.length} in the last seven days, the last ${relativeText(last.at, now)}`,
    ...(spared === null ? [] : [`${kept} ${when(spared, now)}`]),
  ];
}
