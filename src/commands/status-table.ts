import type { CertificateStatus } from '../core/status/status-document.ts';
import { relativeText } from '../core/text/time-text.ts';
import { type Columns, cellsOf, fitColumns } from './columns.ts';

/** A certificate, and the moment at which it is shown. */
type Row = { readonly certificate: CertificateStatus; readonly now: number };

export type StatusTable = {
  /** The titles with an empty line before them; nothing above blocks. */
  readonly head: readonly string[];
  /** What stands of each certificate, in the order given. */
  readonly entries: readonly (readonly string[])[];
};

const whole: Columns<Row> = {
  NAME: ({ certificate }) => certificate.name,
  STATUS: ({ certificate }) => certificate.status,
  LIVE: ({ certificate }) => certificate.generation.live ?? '-',
  ENDS: ({ certificate: { not_after: end }, now }) =>
    end === null ? '-' : `${end.slice(0, 10)} (${relative(end, now)})`,
  RENEWS: ({ certificate, now }) => renewText(certificate.renewal, now),
  DEPLOY: ({ certificate, now }) => deployText(certificate.deploy, now),
};

const { LIVE: _live, ...withoutLive } = whole;

const narrow: Columns<Row> = {
  ...withoutLive,
  ENDS: ({ certificate: { not_after: end }, now }) => (end === null ? '-' : relative(end, now)),
};

/** A deploy that is not as it should be shows as a problem too. */
const { DEPLOY: _deploy, ...narrowest } = narrow;

/** A row for each certificate with as many columns as there is room for, else a block for each. */
export function statusTable(
  certificates: readonly CertificateStatus[],
  { width, now }: { readonly width: number; readonly now: number },
): StatusTable {
  const rows = certificates.map(certificate => ({ certificate, now }));
  const table = fitColumns([whole, withoutLive, narrow, narrowest], rows, width);
  if (table === null) return { head: [], entries: rows.map(row => block(cellsOf(row, whole))) };
  return { head: ['', table.head], entries: table.rows.map(row => [row]) };
}

function renewText(renewal: CertificateStatus['renewal'], now: number): string {
  const { next_attempt_at: next, renew_at: at, source } = renewal;
  if (next !== null) return `again ${relative(next, now)}`;
  if (at === null) return '-';
  return Date.parse(at) <= now ? `due (${source})` : `${relative(at, now)} (${source})`;
}

function deployText({ state, next_attempt_at: next }: CertificateStatus['deploy'], now: number): string {
  if (next === null) return state;
  return `${state}, ${state === 'held-for-window' ? '' : 'again '}${relative(next, now)}`;
}

function relative(at: string, now: number): string {
  return relativeText(Date.parse(at), now);
}

function block([name = '', ...rest]: readonly string[]): readonly string[] {
  const titles = Object.keys(whole).slice(1);
  return [
    '',
    name,
    ...rest.map((cell, index) => `  ${(titles[index] ?? '').toLowerCase().padEnd(7)} ${cell}`),
  ];
}
