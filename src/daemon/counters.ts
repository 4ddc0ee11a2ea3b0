import type { Counters, Tally } from '../core/metrics/counters.ts';
import { emptyHistogram, type Histogram, withObservation } from '../core/metrics/histogram.ts';
import { labelText } from '../core/metrics/metric-text.ts';

/** Counts from its start on; `read` gives what was counted so far. */
export function openCounters(): Tally & { read(): Counters } {
  const renewals = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  const deploys = new Map<string, number>();
  const requests = new Map<string, number>();
  return {
    read: () => ({ renewals, durations, deploys, requests }),
    onAttempt: ({ name, ca, result, durationMs }) => {
      countOne(renewals, labelText({ name, ca, result }));
      const key = labelText({ ca, result });
      durations.set(key, withObservation(durations.get(key) ?? emptyHistogram, durationMs / 1000));
    },
    onDeploy: ({ name, result }) => countOne(deploys, labelText({ name, result })),
    onRequest: (ca, kind) => countOne(requests, labelText({ ca, endpoint: kind })),
  };
}

function countOne(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}
