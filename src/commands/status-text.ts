import type { CertificateStatus, Level, StatusDocument } from '../core/status-document.ts';
import { relativeText } from '../core/time-text.ts';

type Style = { readonly width: number; readonly color: boolean };

const colors: Readonly<Record<Level, number>> = { ok: 32, warning: 33, critical: 31 };

/** The document for a person: one line for the whole, then a table, or blocks where it would not fit. */
export function statusText(document: StatusDocument, style: Style): string {
  const paint = (level: Level, text: string) =>
    style.color ? `\u001b[${colors[level]}m${text}\u001b[0m` : text;
  const now = Date.parse(document.now);
  const rows = document.certificates.map(certificate => row(certificate, now));
  const widths = header.map((title, index) =>
    Math.max(title.length, ...rows.map(cells => cells[index]?.length ?? 0)),
  );
  const fits = widths.reduce((sum, width) => sum + width + 2, 0) - 2 <= style.width;
  const lines = [
    `${paint(document.status, document.status.toUpperCase())}  ${summary(document)}`,
    ...document.problems.map(({ level, code, message }) => paint(level, `! ${code}: ${message}`)),
  ];
  if (fits && rows.length > 0) lines.push('', tableLine(header, widths));
  for (const [index, certificate] of document.certificates.entries()) {
    const cells = rows[index] ?? [];
    lines.push(...(fits ? [tableLine(cells, widths)] : ['', ...block(cells)]));
    for (const { level, code, message } of certificate.problems)
      lines.push(paint(level, `  ! ${code}: ${message}`));
  }
  return `${lines.join('\n')}\n`;
}

const header = ['NAME', 'STATUS', 'LIVE', 'ENDS', 'RENEWS', 'DEPLOY'] as const;

function summary({ certificates, source, pid, version }: StatusDocument): string {
  const count = `${certificates.length} ${certificates.length === 1 ? 'certificate' : 'certificates'}`;
  const teller = source === 'daemon' ? `certd ${version}, pid ${pid}` : `certd ${version}, read from disk`;
  return `${count} (${teller})`;
}

function row(certificate: CertificateStatus, now: number): readonly string[] {
  const { not_after: end, days_left: left, generation, renewal, deploy } = certificate;
  return [
    certificate.name,
    certificate.status,
    generation.live ?? '-',
    end === null ? '-' : `${end.slice(0, 10)} (${left}d)`,
    renewText(renewal, now),
    deploy.state,
  ];
}

function renewText(renewal: CertificateStatus['renewal'], now: number): string {
  if (renewal.next_attempt_at !== null)
    return `again ${relativeText(Date.parse(renewal.next_attempt_at), now)}`;
  if (renewal.renew_at === null) return '-';
  return `${relativeText(Date.parse(renewal.renew_at), now)} (${renewal.source})`;
}

function tableLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}

function block([name = '', ...rest]: readonly string[]): readonly string[] {
  return [
    name,
    ...rest.map((cell, index) => `  ${(header[index + 1] ?? '').toLowerCase().padEnd(7)} ${cell}`),
  ];
}
