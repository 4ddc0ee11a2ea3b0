import { monitoringState } from '../core/status/monitoring-state.ts';
import type { Problem, StatusDocument } from '../core/status/status-document.ts';
import { type ProblemGroup, type Rest, statusView } from '../core/status/status-view.ts';
import { firstNames } from '../core/text/first-names.ts';
import { plainLines, plainText } from '../core/text/plain-text.ts';
import { paint } from './monitoring-words.ts';
import { certificatesText, nextOrderText } from './status-phrases.ts';
import { statusTable } from './status-table.ts';
import { wrap } from './wrap.ts';

type Style = { readonly width: number; readonly color: boolean };

/**
 * The document for a person: one line for the whole, then what is urgent, then how many more there are. `named`: its
 * certificates were asked for by name, and all are shown.
 */
export function statusText(document: StatusDocument, style: Style, named = false): string {
  const now = Date.parse(document.now);
  const { shown, groups, rest } = statusView(document, named);
  const lines = [
    ...summary(document, style),
    ...document.problems.flatMap(problem => problemLines(problem, '', style)),
  ];
  if (shown.length > 0) {
    const { head, entries } = statusTable(shown, { width: style.width, now });
    lines.push(...head);
    for (const [index, { problems, renewal }] of shown.entries()) {
      lines.push(...(entries[index] ?? []));
      lines.push(...problems.flatMap(problem => problemLines(problem, '  ', style)));
      lines.push(...explanationLines(renewal.explanation_url, style));
    }
  }
  if (groups.length > 0) lines.push('', ...groups.flatMap(group => groupLines(group, style)));
  if (rest !== null) lines.push('', ...restLines(rest, document, style));
  return `${lines.join('\n')}\n`;
}

function summary(document: StatusDocument, style: Style): readonly string[] {
  const { certificates, status, source, pid, version } = document;
  const counts = [certificatesText(certificates.length)];
  for (const level of ['critical', 'warning'] as const) {
    const count = certificates.filter(certificate => certificate.status === level).length;
    if (count > 0) counts.push(`${count} ${level}`);
  }
  const teller = source === 'daemon' ? `pid ${pid}` : 'read from disk';
  const { word } = monitoringState(document);
  const text = plainText(`${word}: ${counts.join(', ')} (certd ${version}, ${teller})`);
  return wrap(text, { width: style.width, first: '', next: '  ' }).map((line, index) =>
    index === 0 ? line.replace(word, () => paint(status, word, style)) : line,
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

/** RFC 9773 §4.2: whoever runs the server should be shown why the CA wants its certificate replaced. */
function explanationLines(url: string | null, { width }: Style): readonly string[] {
  if (url === null) return [];
  const text = plainText(`the CA says why it has this window: ${url}`);
  return wrap(text, { width, first: '  ', next: '    ' });
}

/** A group of one is a problem like any other. */
function groupLines({ problem, names }: ProblemGroup, style: Style): readonly string[] {
  const [first = ''] = names;
  const message = `${first}: ${problem.message}`;
  if (names.length === 1) return problemLines({ ...problem, message }, '', style);
  const title = `${certificatesText(names.length)}: ${firstNames(names, 3)}`;
  const [example = ''] = plainLines(message);
  return [
    ...problemLines({ ...problem, message: title }, '', style),
    ...wrap(example, { width: style.width, first: '    ', next: '      ' }),
  ];
}

function restLines(
  { count, next }: Rest,
  { certificates, now }: StatusDocument,
  style: Style,
): readonly string[] {
  const well = count === certificates.length ? `all ${count} are ok` : `and ${count} more that are ok`;
  const text = next === null ? well : `${well}; ${nextOrderText(next, now)}`;
  const hint = 'certd status NAME shows one, --json everything';
  return [plainText(text), hint].flatMap(text => wrap(text, { width: style.width, first: '', next: '  ' }));
}
