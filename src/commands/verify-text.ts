import { mostShown } from '../core/status/most-shown.ts';
import type { Problem } from '../core/status/status-document.ts';
import type { VerifiedCertificate, VerifyDocument } from '../core/status/verify-document.ts';
import { plainLines, plainText } from '../core/text/plain-text.ts';
import { relativeText } from '../core/text/time-text.ts';
import { type Columns, cellsOf, fitColumns } from './columns.ts';
import { monitoringWords, paint } from './monitoring-words.ts';
import { certificatesText } from './status-phrases.ts';
import { wrap } from './wrap.ts';

type Style = { readonly width: number; readonly color: boolean };

/**
 * What `certd verify` prints: one line for the whole, then each endpoint; of many only those that do not present what
 * they should. `named`: the certificates were asked for by name, and all are shown.
 */
export function verifyText(document: VerifyDocument, style: Style, named: boolean): string {
  const rows = document.certificates.flatMap(rowsOf);
  const all = named || rows.length <= mostShown;
  const shown = all ? rows : rows.filter(({ state }) => state !== 'match');
  const problems = document.certificates.flatMap(certificate => certificate.problems);
  const lines = [
    ...summary(document, rows, style),
    ...tableLines(shown, Date.parse(document.now), style.width),
    ...(problems.length > 0 ? [''] : []),
    ...problems.flatMap(problem => problemLines(problem, style)),
  ];
  const rest = rows.length - shown.length;
  if (rest > 0) lines.push('', `and ${rest} more that present it; certd verify NAME shows them`);
  return `${lines.join('\n')}\n`;
}

type Row = VerifiedCertificate['served'][number] & { readonly name: string };

function rowsOf({ name, served }: VerifiedCertificate): readonly Row[] {
  return served.map(each => ({ ...each, name }));
}

function summary(
  { status, certificates, version }: VerifyDocument,
  rows: readonly Row[],
  style: Style,
): readonly string[] {
  const word = monitoringWords[status];
  const text = plainText(`${word}: ${countText(certificates, rows)} (certd ${version})`);
  return wrap(text, { width: style.width, first: '', next: '  ' }).map((line, index) =>
    index === 0 ? line.replace(word, () => paint(status, word, style)) : line,
  );
}

function countText(certificates: VerifyDocument['certificates'], rows: readonly Row[]): string {
  if (rows.length === 0) return 'there is nothing to look at: `deploy.verify` declares no endpoint';
  const matching = rows.filter(({ state }) => state === 'match').length;
  const of = certificatesText(certificates.filter(({ served }) => served.length > 0).length);
  const endpoints = rows.length === 1 ? '1 endpoint presents' : `${rows.length} endpoints present`;
  return `${matching} of ${endpoints} what is live, of ${of}`;
}

function tableLines(rows: readonly Row[], now: number, width: number): readonly string[] {
  if (rows.length === 0) return [];
  const whole: Columns<Row> = {
    CERTIFICATE: ({ name }) => name,
    ENDPOINT: ({ endpoint }) => endpoint,
    'ASKED FOR': ({ server_name }) => server_name,
    STATE: ({ state }) => state,
    ENDS: ({ not_after: end }) => (end === null ? '-' : relativeText(Date.parse(end), now)),
  };
  const { ENDS: _ends, ...withoutEnd } = whole;
  const { 'ASKED FOR': _asked, ...narrow } = withoutEnd;
  const table = fitColumns([whole, withoutEnd, narrow], rows, width);
  if (table !== null) return ['', table.head, ...table.rows];
  return rows.flatMap(row => {
    const [name = '', ...cells] = cellsOf(row, withoutEnd);
    return ['', name, ...cells.map(cell => `  ${cell}`)];
  });
}

function problemLines({ level, code, certificate, message }: Problem, style: Style): readonly string[] {
  const [text = ''] = plainLines(`${certificate}: ${code}: ${message}`);
  const lines = wrap(text, { width: style.width, first: '! ', next: '    ' });
  return lines.map(line => paint(level, line, style));
}
