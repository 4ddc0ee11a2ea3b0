import { caRequestOf } from '../../test/support/pebble-paths.ts';

type Counts = Readonly<Record<string, number>>;

/** Not counted against what the issue asks for: directory, account and renewal information. */
const notCounted: readonly string[] = ['directory', 'newAccount', 'account', 'renewalInfo'];

/** How many requests of each kind there are, in the words of RFC 8555 §7.1 and RFC 9773. */
export function countByKind(requests: readonly { readonly method: string; readonly path: string }[]): Counts {
  const counts: Record<string, number> = {};
  for (const { method, path } of requests) {
    const kind = caRequestOf(path) ?? `${method} ${path}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** All that are counted, together. */
export function countedRequests(counts: Counts): number {
  return Object.entries(counts).reduce(
    (sum, [kind, count]) => (notCounted.includes(kind) ? sum : sum + count),
    0,
  );
}
