import { describe, expect, it } from 'vitest';
import type { Counters } from '../../../src/core/metrics/counters.ts';
import { emptyHistogram, withObservation } from '../../../src/core/metrics/histogram.ts';
import { type MetricsInput, metricsText } from '../../../src/core/metrics/metrics.ts';
import type { CertificateStatus, ServedEndpoint } from '../../../src/core/status/status-document.ts';
import { at } from '../../support/make-observed.ts';
import { parsePrometheus, sampleValue } from '../../support/prometheus.ts';
import { exampleStatus } from '../../support/status-examples.ts';

const nothing: Counters = {
  renewals: new Map(),
  durations: new Map(),
  deploys: new Map(),
  requests: new Map(),
};

function text(change: Partial<MetricsInput> = {}): string {
  return metricsText({
    document: exampleStatus(['well']),
    counters: nothing,
    lastPassAt: at('2026-03-05T11:59:30.500Z'),
    alive: true,
    ...change,
  });
}

const parsed = (change: Partial<MetricsInput> = {}) => parsePrometheus(text(change));

/** The samples of one metric as "labels value"; labels in the order in which they are written. */
const shown = (name: string, change: Partial<MetricsInput>) =>
  parsed(change)
    .get(name)
    ?.samples.map(({ labels, value }) => `${Object.values(labels).join(' ')} ${value}`);

it('has every metric of the contract with its type, and no other, also without a certificate', () => {
  const document = exampleStatus([]);
  const types = [...parsed({ document, lastPassAt: null }).values()].map(({ name, type }) => [name, type]);
  expect(types).toEqual([
    ['certd_build_info', 'gauge'],
    ['certd_up', 'gauge'],
    ['certd_last_pass_timestamp_seconds', 'gauge'],
    ['certd_certificate_not_before_timestamp_seconds', 'gauge'],
    ['certd_certificate_not_after_timestamp_seconds', 'gauge'],
    ['certd_certificate_renew_at_timestamp_seconds', 'gauge'],
    ['certd_certificate_next_attempt_timestamp_seconds', 'gauge'],
    ['certd_certificate_failures', 'gauge'],
    ['certd_deploy_owed', 'gauge'],
    ['certd_endpoint_match', 'gauge'],
    ['certd_endpoint_not_after_timestamp_seconds', 'gauge'],
    ['certd_renewals_total', 'counter'],
    ['certd_renewal_duration_seconds', 'histogram'],
    ['certd_deploys_total', 'counter'],
    ['certd_acme_requests_total', 'counter'],
  ]);
});

it('says of a certificate what the document says, in seconds', () => {
  const name = 'www.example';
  const families = parsed();
  expect(
    [...families.values()]
      .filter(({ type }) => type === 'gauge')
      .flatMap(({ samples }) => samples)
      .map(sample => [sample.name, sample.labels, sample.value]),
  ).toEqual([
    ['certd_build_info', { version: '0.1.0' }, 1],
    ['certd_up', {}, 1],
    ['certd_last_pass_timestamp_seconds', {}, 1_772_711_970.5],
    ['certd_certificate_not_before_timestamp_seconds', { name }, 1_769_904_000],
    ['certd_certificate_not_after_timestamp_seconds', { name }, 1_777_680_000],
    ['certd_certificate_renew_at_timestamp_seconds', { name }, 1_775_023_200],
    ['certd_certificate_failures', { name }, 0],
    ['certd_deploy_owed', { name }, 0],
  ]);
});

it('has no sample for what is not known', () => {
  const families = parsed({ document: exampleStatus(['never']), lastPassAt: null });
  const empty = [...families.values()].filter(({ samples }) => samples.length === 0).map(({ name }) => name);
  expect(empty).toEqual([
    'certd_last_pass_timestamp_seconds',
    'certd_certificate_not_before_timestamp_seconds',
    'certd_certificate_not_after_timestamp_seconds',
    'certd_certificate_renew_at_timestamp_seconds',
    'certd_certificate_next_attempt_timestamp_seconds',
    'certd_endpoint_match',
    'certd_endpoint_not_after_timestamp_seconds',
    'certd_acme_requests_total',
  ]);
});

it('shows failures, and when a held order is tried again', () => {
  const families = parsed({ document: exampleStatus(['lapsed']) });
  expect(sampleValue(families, 'certd_certificate_failures', { name: 'shop.example' })).toBe(4);
  expect(
    sampleValue(families, 'certd_certificate_next_attempt_timestamp_seconds', { name: 'shop.example' }),
  ).toBe(1_772_794_800);
});

it.each([
  ['deployed', 0],
  ['none', 0],
  ['owed', 1],
  ['failed', 1],
  ['held-for-window', 1],
] as const)('a deploy that is %s is owed: %d', (state, value) => {
  const document = withFirst(({ deploy }) => ({ deploy: { ...deploy, state } }));
  expect(shown('certd_deploy_owed', { document })).toEqual([`www.example ${value}`]);
});

it('one that was taken back is owed, and one that a person has rolled back is not', () => {
  const error = {
    code: 'hook-failed',
    message: 'exit 1',
    at: '2026-03-05T11:00:00.000Z',
    problem_type: null,
  };
  for (const [last_error, value] of [
    [error, 1],
    [null, 0],
  ] as const) {
    const document = withFirst(({ deploy }) => ({ deploy: { ...deploy, state: 'rolled-back', last_error } }));
    expect(shown('certd_deploy_owed', { document })).toEqual([`www.example ${value}`]);
  }
});

it('says when the loop hangs', () => {
  expect(shown('certd_up', { alive: false })).toEqual([' 0']);
});

describe('an endpoint', () => {
  const served: ServedEndpoint = {
    endpoint: '127.0.0.1:443',
    server_name: 'www.example',
    state: 'match',
    checked_at: '2026-03-05T11:00:00.000Z',
    not_after: '2026-05-02T00:00:00.000Z',
    detail: null,
  };
  const other = { ...served, server_name: 'example', state: 'stale', not_after: null } as const;

  it('is told from the same address with another name', () => {
    const document = withFirst(() => ({ served: [served, other] }));
    expect(shown('certd_endpoint_match', { document })).toEqual([
      'www.example 127.0.0.1:443 www.example 1',
      'www.example 127.0.0.1:443 example 0',
    ]);
    expect(shown('certd_endpoint_not_after_timestamp_seconds', { document })).toEqual([
      'www.example 127.0.0.1:443 www.example 1777680000',
    ]);
  });

  it.each([
    ['match', ['www.example 127.0.0.1:443 www.example 1']],
    ['stale', ['www.example 127.0.0.1:443 www.example 0']],
    ['untrusted', ['www.example 127.0.0.1:443 www.example 0']],
    ['unreachable', ['www.example 127.0.0.1:443 www.example 0']],
    ['unverified', ['www.example 127.0.0.1:443 www.example 0']],
    ['unchecked', []],
  ] as const)('that is %s', (state, samples) => {
    const document = withFirst(() => ({ served: [{ ...served, state }] }));
    expect(shown('certd_endpoint_match', { document })).toEqual(samples);
  });
});

describe('counters', () => {
  it('begin at 0 for what is configured, so that the first failure is seen as a step', () => {
    const document = exampleStatus(['well', 'owed', 'unmanaged']);
    expect(shown('certd_renewals_total', { document })).toEqual([
      'www.example main success 0',
      'www.example main failure 0',
      'mail.example main success 0',
      'mail.example main failure 0',
    ]);
    expect(shown('certd_deploys_total', { document })).toEqual([
      'www.example success 0',
      'www.example failure 0',
      'mail.example success 0',
      'mail.example failure 0',
    ]);
    const counts = parsed({ document })
      .get('certd_renewal_duration_seconds')
      ?.samples.filter(({ name }) => name.endsWith('_count'));
    expect(counts?.map(({ labels, value }) => [labels, value])).toEqual([
      [{ ca: 'main', result: 'success' }, 0],
      [{ ca: 'main', result: 'failure' }, 0],
    ]);
  });

  it('show what was counted, also of a certificate that has left the configuration', () => {
    const counters: Counters = {
      renewals: new Map([
        ['name="www.example",ca="main",result="failure"', 2],
        ['name="gone.example",ca="other",result="success"', 1],
      ]),
      durations: new Map([['ca="main",result="failure"', withObservation(emptyHistogram, 7)]]),
      deploys: new Map([['name="www.example",result="success"', 3]]),
      requests: new Map([['ca="main",endpoint="order"', 9]]),
    };
    expect(shown('certd_renewals_total', { counters })).toEqual([
      'www.example main success 0',
      'www.example main failure 2',
      'gone.example other success 1',
    ]);
    expect(shown('certd_deploys_total', { counters })).toEqual([
      'www.example success 3',
      'www.example failure 0',
    ]);
    expect(shown('certd_acme_requests_total', { counters })).toEqual(['main order 9']);
    const families = parsed({ counters });
    const failed = { ca: 'main', result: 'failure' };
    expect(sampleValue(families, 'certd_renewal_duration_seconds_sum', failed)).toBe(7);
    expect(sampleValue(families, 'certd_renewal_duration_seconds_bucket', { ...failed, le: '5' })).toBe(0);
    expect(sampleValue(families, 'certd_renewal_duration_seconds_bucket', { ...failed, le: '10' })).toBe(1);
  });

  it('of a certificate without a CA have no zero', () => {
    const document = withFirst(() => ({ ca: null }));
    expect(shown('certd_renewals_total', { document })).toEqual([]);
  });
});

function withFirst(change: (certificate: CertificateStatus) => Partial<CertificateStatus>) {
  const document = exampleStatus(['well']);
  return {
    ...document,
    certificates: document.certificates.map(found => ({ ...found, ...change(found) })),
  };
}
