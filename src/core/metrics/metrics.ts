import type { Instant } from '../instant.ts';
import type { CertificateStatus, ServedEndpoint, StatusDocument } from '../status/status-document.ts';
import { countedFamilies } from './counted-metrics.ts';
import type { Counters } from './counters.ts';
import { type Family, familiesText, labelText, type Sample } from './metric-text.ts';

export type MetricsInput = {
  readonly document: StatusDocument;
  readonly counters: Counters;
  /** When certd last looked at all certificates; null before the first time. */
  readonly lastPassAt: Instant | null;
  /** Whether the loop makes progress, as `/livez` says it. */
  readonly alive: boolean;
};

/**
 * The answer of `GET /metrics`: every metric of contract section 6, from the same document that `status`
 * shows. What is null there has no sample. Moments are Unix time in seconds.
 */
export function metricsText(input: MetricsInput): string {
  const { document, lastPassAt, alive } = input;
  return familiesText([
    gauge(
      'certd_build_info',
      'Version of certd; always 1.',
      sample(labelText({ version: document.version }), 1),
    ),
    gauge(
      'certd_up',
      '1 while the daemon makes progress, 0 while a step of it hangs.',
      sample('', alive ? 1 : 0),
    ),
    gauge(
      'certd_last_pass_timestamp_seconds',
      'When certd last looked whether anything is to be done for its certificates.',
      sample('', lastPassAt === null ? null : lastPassAt / 1000),
    ),
    ...certificateFamilies(document.certificates),
    ...endpointFamilies(document.certificates),
    ...countedFamilies(document.certificates, input.counters),
  ]);
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'gauge', help, samples };
}

type Certificates = readonly CertificateStatus[];

/** What a person has rolled back is owed no more; what certd has taken back by itself is, and has its error. */
function isOwed({ state, last_error: error }: CertificateStatus['deploy']): boolean {
  if (state === 'rolled-back') return error !== null;
  return state !== 'deployed' && state !== 'none';
}

function certificateFamilies(certificates: Certificates): readonly Family[] {
  const of = (name: string, help: string, value: (certificate: CertificateStatus) => number | null) =>
    gauge(
      `certd_certificate_${name}`,
      help,
      certificates.flatMap(certificate => sample(labelText({ name: certificate.name }), value(certificate))),
    );
  const owed = certificates.map(({ name, deploy }) => ({
    labels: labelText({ name }),
    value: isOwed(deploy) ? 1 : 0,
  }));
  return [
    of('not_before_timestamp_seconds', 'When the live certificate begins to be valid.', ({ not_before }) =>
      seconds(not_before),
    ),
    of('not_after_timestamp_seconds', 'When the live certificate ends.', ({ not_after }) =>
      seconds(not_after),
    ),
    of('renew_at_timestamp_seconds', 'When the certificate is to be renewed.', ({ renewal }) =>
      seconds(renewal.renew_at),
    ),
    of(
      'next_attempt_timestamp_seconds',
      'When an order that is held back, by the CA or by back-off, is tried again.',
      ({ renewal }) => seconds(renewal.next_attempt_at),
    ),
    of('failures', 'How often in a row the order has failed.', ({ renewal }) => renewal.failures),
    gauge(
      'certd_deploy_owed',
      '1 while a newer certificate is issued than the one deployed, or the live link shows another, else 0.',
      owed,
    ),
  ];
}

function endpointFamilies(certificates: Certificates): readonly Family[] {
  const of = (name: string, help: string, value: (served: ServedEndpoint) => number | null) =>
    gauge(
      `certd_endpoint_${name}`,
      help,
      certificates.flatMap(certificate =>
        certificate.served.flatMap(served => sample(endpointLabels(certificate.name, served), value(served))),
      ),
    );
  return [
    of('match', '1 where the endpoint presents the live certificate, else 0.', ({ state }) => {
      if (state === 'unchecked') return null;
      return state === 'match' ? 1 : 0;
    }),
    of('not_after_timestamp_seconds', 'When the certificate ends that the endpoint presents.', served =>
      seconds(served.not_after),
    ),
  ];
}

/** One address can stand there several times, asked for several names. */
function endpointLabels(name: string, { endpoint, server_name }: ServedEndpoint): string {
  return labelText({ name, endpoint, server_name });
}

function sample(labels: string, value: number | null): readonly Sample[] {
  return value === null ? [] : [{ labels, value }];
}

function seconds(moment: string | null): number | null {
  return moment === null ? null : Date.parse(moment) / 1000;
}
