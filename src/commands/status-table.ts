import { plainText } from '../core/plain-text.ts';
import type { CertificateStatus } from '../core/status-document.ts';
import { relativeText } from '../core/time-text.ts';

type Cell = (certificate: CertificateStatus, now: number) => string;
type Columns = Readonly<Record<string, Cell>>;

export type StatusTable = {
  /** The titles with an empty line before them; nothing above blocks. */
  readonly head: readonly string[];
  /** What stands of each certificate, in the order given. */
  readonly entries: readonly (readonly string[])[];
};

const whole: Columns = {
  NAME: ({ name }) => name,
  STATUS: ({ status }) => status,
  LIVE: ({ generation }) => generation.live ?? '-',
  ENDS: ({ not_after: end }, now) => (end === null ? '-' : `${end.slice(0, 10)} (${relative(end, now)})`),
  RENEWS: ({ renewal }, now) => renewText(renewal, now),
  DEPLOY: ({ deploy }, now) => deployText(deploy, now),
};

const { LIVE: _live, ...withoutLive } = whole;

const narrow: Columns = {
  ...withoutLive,
  ENDS: ({ not_after: end }, now) => (end === null ? '-' : relative(end, now)),
};

/** A deploy that is not as it should be shows as a problem too. */
const { DEPLOY: _deploy, ...narrowest } = narrow;

/** A row for each certificate with as many columns as there is room for, else a block for each. */
export function statusTable(
  certificates: readonly CertificateStatus[],
  { width, now }: { readonly width: number; readonly now: number },
): StatusTable {
  for (const columns of [whole, withoutLive, narrow, narrowest]) {
    const titles = Object.keys(columns);
    const rows = certificates.map(certificate => rowOf(certificate, columns, now));
    const widths = titles.map((title, index) =>
      Math.max(title.length, ...rows.map(cells => cells[index]?.length ?? 0)),
    );
    if (widths.reduce((sum, column) => sum + column + 2, -2) > width) continue;
    return { head: ['', line(titles, widths)], entries: rows.map(cells => [line(cells, widths)]) };
  }
  return { head: [], entries: certificates.map(certificate => block(rowOf(certificate, whole, now))) };
}

function rowOf(certificate: CertificateStatus, columns: Columns, now: number): readonly string[] {
  return Object.values(columns).map(cell => plainText(cell(certificate, now)));
}

function renewText(renewal: CertificateStatus['renewal'], now: number): string {
  const { next_attempt_at: next, renew_at: at, source } = renewal;
  if (next !== null) return `again ${relative(next, now)}`;
  if (at === null) return '-';
  return Date.parse(at) <= now ? `due (${source})` : `${relative(at, now)} (${source})`;
}

function deployText({ state, next_attempt_at: next }: CertificateStatus['deploy'], now: number): string {
  return next === null ? state : `${state}, again ${relative(next, now)}`;
}

function relative(at: string, now: number): string {
  return relativeText(Date.parse(at), now);
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}

function block([name = '', ...rest]: readonly string[]): readonly string[] {
  const titles = Object.keys(whole).slice(1);
  return [
    '',
    name,
    ...rest.map((cell, index) => `  ${(titles[index] ?? '').toLowerCase().padEnd(7)} ${cell}`),
  ];
}
