import { plainLines, plainText } from '../core/plain-text.ts';
import type { CertificateStatus, Level, Problem, StatusDocument } from '../core/status-document.ts';
import { relativeText } from '../core/time-text.ts';
import { wrap } from './wrap.ts';

type Style = { readonly width: number; readonly color: boolean };

const colors: Readonly<Record<Level, number>> = { ok: 32, warning: 33, critical: 31 };

/** The document for a person: one line for the whole, then a table, or blocks where it would not fit. */
export function statusText(document: StatusDocument, style: Style): string {
  const now = Date.parse(document.now);
  const rows = document.certificates.map(certificate => row(certificate, now).map(plainText));
  const widths = header.map((title, index) =>
    Math.max(title.length, ...rows.map(cells => cells[index]?.length ?? 0)),
  );
  const fits = widths.reduce((sum, width) => sum + width + 2, 0) - 2 <= style.width;
  const lines = [
    ...summary(document, style),
    ...document.problems.flatMap(problem => problemLines(problem, '', style)),
  ];
  if (fits && rows.length > 0) lines.push('', tableLine(header, widths));
  for (const [index, certificate] of document.certificates.entries()) {
    const cells = rows[index] ?? [];
    lines.push(...(fits ? [tableLine(cells, widths)] : ['', ...block(cells)]));
    lines.push(...certificate.problems.flatMap(problem => problemLines(problem, '  ', style)));
  }
  return `${lines.join('\n')}\n`;
}

const header = ['NAME', 'STATUS', 'LIVE', 'ENDS', 'RENEWS', 'DEPLOY'] as const;

function summary(document: StatusDocument, style: Style): readonly string[] {
  const { certificates, status, source, pid, version } = document;
  const counts = [`${certificates.length} ${certificates.length === 1 ? 'certificate' : 'certificates'}`];
  for (const level of ['critical', 'warning'] as const) {
    const count = certificates.filter(certificate => certificate.status === level).length;
    if (count > 0) counts.push(`${count} ${level}`);
  }
  const teller = source === 'daemon' ? `pid ${pid}` : 'read from disk';
  // Without a daemon nobody renews: the best that can be said is what the exit code says, UNKNOWN.
  const word = source === 'disk' && status !== 'critical' ? 'UNKNOWN' : status.toUpperCase();
  const text = plainText(`${word}: ${counts.join(', ')} (certd ${version}, ${teller})`);
  return wrap(text, { width: style.width, first: '', next: '  ' }).map((line, index) =>
    index === 0 ? line.replace(/^[A-Z]+/, word => paint(status, word, style)) : line,
  );
}

function problemLines({ level, code, message }: Problem, indent: string, style: Style): readonly string[] {
  const shape = { width: style.width, first: `${indent}! `, next: `${indent}    ` };
  const [first = '', ...rest] = plainLines(`${code}: ${message}`);
  const lines = [
    ...wrap(first, shape),
    ...rest.flatMap(line => wrap(line, { ...shape, first: shape.next, next: `${shape.next}  ` })),
  ];
  return lines.map(line => paint(level, line, style));
}

function paint(level: Level, text: string, { color }: Style): string {
  return color ? `\u001b[${colors[level]}m${text}\u001b[0m` : text;
}

function row(certificate: CertificateStatus, now: number): readonly string[] {
  const { name, status, not_after: end, generation, renewal, deploy } = certificate;
  return [
    name,
    status,
    generation.live ?? '-',
    end === null ? '-' : `${end.slice(0, 10)} (${relativeText(Date.parse(end), now)})`,
    renewText(renewal, now),
    deployText(deploy, now),
  ];
}

function renewText(renewal: CertificateStatus['renewal'], now: number): string {
  const { next_attempt_at: next, renew_at: at, source } = renewal;
  if (next !== null) return `again ${relativeText(Date.parse(next), now)}`;
  if (at === null) return '-';
  const moment = Date.parse(at);
  return moment <= now ? `due (${source})` : `${relativeText(moment, now)} (${source})`;
}

function deployText({ state, next_attempt_at: next }: CertificateStatus['deploy'], now: number): string {
  return next === null ? state : `${state}, again ${relativeText(Date.parse(next), now)}`;
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
