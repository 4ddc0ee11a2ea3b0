/**
 * Makes callers that come while `work` is under way share its outcome. A failure is theirs too, and is not
 * kept: the next caller starts anew.
 */
export function singleFlight<A extends readonly unknown[], T>(
  work: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  let underWay: Promise<T> | null = null;
  return (...args) => {
    underWay ??= work(...args).finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
