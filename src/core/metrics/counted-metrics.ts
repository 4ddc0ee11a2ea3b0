import type { CertificateStatus } from '../status/status-document.ts';
import { type Counters, results } from './counters.ts';
import { emptyHistogram, histogramSamples } from './histogram.ts';
import { type Family, labelText, type Sample } from './metric-text.ts';

/**
 * The metrics that count. For what is configured they begin at 0: neither `rate()` nor `increase()` sees the
 * step from no sample to 1, which would be the first failure.
 */
export function countedFamilies(
  certificates: readonly CertificateStatus[],
  counters: Counters,
): readonly Family[] {
  const configured = certificates.flatMap(({ managed, name, ca }) =>
    managed && ca !== null ? [{ name, ca }] : [],
  );
  const renewals = configured.flatMap(({ name, ca }) => byResult({ name, ca }));
  const durations = [...new Set(configured.map(({ ca }) => ca))].flatMap(ca => byResult({ ca }));
  const deploys = configured.flatMap(({ name }) => byResult({ name }));
  return [
    counter(
      'certd_renewals_total',
      'Orders that ended, by result. The first order of a certificate counts too.',
      startingAt(0, renewals, counters.renewals),
    ),
    {
      name: 'certd_renewal_duration_seconds',
      type: 'histogram',
      help: 'How long orders took until the certificate was issued or the order failed.',
      samples: [...startingAt(emptyHistogram, durations, counters.durations)].flatMap(([labels, histogram]) =>
        histogramSamples(labels, histogram),
      ),
    },
    counter(
      'certd_deploys_total',
      'Deploys that ended, by result.',
      startingAt(0, deploys, counters.deploys),
    ),
    counter(
      'certd_acme_requests_total',
      'Requests that were sent to CAs, by what they were for.',
      counters.requests,
    ),
  ];
}

function byResult(labels: Readonly<Record<string, string>>): readonly string[] {
  return results.map(result => labelText({ ...labels, result }));
}

/** What was counted, and the first value for what was not. */
function startingAt<T>(
  first: T,
  labels: readonly string[],
  counted: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  return new Map([...labels.map(key => [key, first] as const), ...counted]);
}

function counter(name: string, help: string, counted: ReadonlyMap<string, number>): Family {
  const samples = [...counted].map(([labels, value]): Sample => ({ labels, value }));
  return { name, type: 'counter', help, samples };
}
