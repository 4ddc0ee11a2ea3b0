import { expect } from 'vitest';
import type {
  CertificateStatus,
  Level,
  Problem,
  StatusDocument,
} from '../../src/core/status/status-document.ts';
import { type ParsedFamily, parsePrometheus, sampleValue } from './prometheus.ts';
import type { Ended } from './run-source.ts';

/** Everything that one daemon says about one state, asked in every way. */
export type Said = {
  readonly livez: number;
  readonly healthz: { readonly status: number; readonly body: string };
  readonly status: string;
  readonly metrics: string;
  readonly table: Ended;
  readonly json: Ended;
};

const exitCodes: Readonly<Record<Level, number>> = { ok: 0, warning: 1, critical: 2 };

/** Holds all that was said against one document, and returns it with the metrics as they were read. */
export function expectAgreement(said: Said) {
  const document: StatusDocument = JSON.parse(said.status);
  const metrics = parsePrometheus(said.metrics);
  const problems = [...document.problems, ...document.certificates.flatMap(({ problems }) => problems)];
  expect(JSON.parse(said.json.stdout)).toEqual(document);
  expect([said.json.code, said.table.code]).toEqual([exitCodes[document.status], exitCodes[document.status]]);
  expect([said.json.lines, said.table.lines]).toEqual([[], []]);
  expect(said.table.stdout.split(':')[0]).toBe(document.status.toUpperCase());
  for (const { code } of problems) expect(said.table.stdout).toContain(`! ${code}: `);
  expect(JSON.parse(said.healthz.body)).toEqual({ status: document.status, problems });
  expect(said.healthz.status).toBe(document.status === 'critical' ? 503 : 200);
  expect(document.status).toBe(worstOf(problems));
  for (const certificate of document.certificates) {
    expect(certificate.status).toBe(worstOf(certificate.problems));
    expectMetricsOf(certificate, metrics);
  }
  expect(sampleValue(metrics, 'certd_up')).toBe(said.livez === 200 ? 1 : 0);
  expect(sampleValue(metrics, 'certd_build_info', { version: document.version })).toBe(1);
  return { document, metrics };
}

function worstOf(problems: readonly Problem[]): Level {
  const levels = problems.map(({ level }) => level);
  if (levels.includes('critical')) return 'critical';
  return levels.includes('warning') ? 'warning' : 'ok';
}

/** Every gauge of a certificate is its field of the document, in seconds, and missing where that is null. */
function expectMetricsOf(
  { name, not_before, not_after, renewal, deploy }: CertificateStatus,
  metrics: ReadonlyMap<string, ParsedFamily>,
): void {
  const moments = {
    certd_certificate_not_before_timestamp_seconds: not_before,
    certd_certificate_not_after_timestamp_seconds: not_after,
    certd_certificate_renew_at_timestamp_seconds: renewal.renew_at,
    certd_certificate_next_attempt_timestamp_seconds: renewal.next_attempt_at,
  };
  for (const [metric, moment] of Object.entries(moments)) {
    expect(sampleValue(metrics, metric, { name }), metric).toBe(
      moment === null ? undefined : Date.parse(moment) / 1000,
    );
  }
  expect(sampleValue(metrics, 'certd_certificate_failures', { name })).toBe(renewal.failures);
  const owed =
    ['owed', 'failed', 'held-for-window'].includes(deploy.state) ||
    (deploy.state === 'rolled-back' && deploy.last_error !== null);
  expect(sampleValue(metrics, 'certd_deploy_owed', { name })).toBe(owed ? 1 : 0);
}
