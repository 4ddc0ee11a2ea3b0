import type { Attempt, Counters, Result } from '../core/counters.ts';
import { emptyHistogram, type Histogram, withObservation } from '../core/histogram.ts';
import { labelText } from '../core/metric-text.ts';

/** Counts what the daemon does from its start on; `read` gives what was counted so far. */
export function openCounters() {
  const renewals = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  const deploys = new Map<string, number>();
  const requests = new Map<string, number>();
  const counters: Counters = { renewals, durations, deploys, requests };
  return {
    read: (): Counters => counters,
    onAttempt: ({ name, ca, result, durationMs }: Attempt): void => {
      countOne(renewals, labelText({ name, ca, result }));
      const key = labelText({ ca, result });
      durations.set(key, withObservation(durations.get(key) ?? emptyHistogram, durationMs / 1000));
    },
    onDeploy: (deploy: { readonly name: string; readonly result: Result }): void => {
      countOne(deploys, labelText({ name: deploy.name, result: deploy.result }));
    },
    /** `kind`: what the request was for (`acme/request-kind.ts`). */
    onRequest: (ca: string, kind: string): void => {
      countOne(requests, labelText({ ca, endpoint: kind }));
    },
  };
}

function countOne(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}
