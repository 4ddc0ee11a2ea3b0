import { labelText, type Sample } from './metric-text.ts';

/** Seconds: an order takes a quarter of a second at a quick CA, and ten minutes where it reaches its limit. */
const bounds = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;

/** How long things took. `counts[i]`: how many took at most `bounds[i]` and more than the bound before it. */
export type Histogram = {
  readonly counts: readonly number[];
  /** All of them, also those above the last bound. */
  readonly count: number;
  /** In seconds. */
  readonly sum: number;
};

export const emptyHistogram: Histogram = { counts: bounds.map(() => 0), count: 0, sum: 0 };

/**
 * The histogram after one more, which took so many seconds. A clock that was set back meanwhile gives a length
 * below zero: it counts as zero, since neither sum nor count may ever fall.
 */
export function withObservation({ counts, count, sum }: Histogram, seconds: number): Histogram {
  const took = Math.max(0, seconds);
  const place = bounds.findIndex(bound => took <= bound);
  return {
    counts: counts.map((before, index) => (index === place ? before + 1 : before)),
    count: count + 1,
    sum: sum + took,
  };
}

/** The samples of one histogram: buckets that each hold all before them, the sum and the count. */
export function histogramSamples(labels: string, { counts, count, sum }: Histogram): Sample[] {
  let below = 0;
  const bucket = (le: string, value: number): Sample => ({
    suffix: '_bucket',
    labels: `${labels},${labelText({ le })}`,
    value,
  });
  const buckets = counts.map((own, index) => {
    below += own;
    return bucket(String(bounds[index]), below);
  });
  return [
    ...buckets,
    bucket('+Inf', count),
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}
