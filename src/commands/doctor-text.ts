import { plainText } from '../core/text/plain-text.ts';
import type { Examination } from '../doctor/examine.ts';
import { type Finding, type FindingStatus, worstStatus } from '../doctor/finding.ts';
import { hostLine } from '../doctor/host/host-summary.ts';
import { monitoringWords, paint } from './monitoring-words.ts';
import { wrap } from './wrap.ts';

type Style = {
  readonly width: number;
  readonly color: boolean;
  readonly version: string;
  /** Names were not looked at, because nobody was to. */
  readonly offline: boolean;
};

/** What `certd doctor` prints: one line for the whole, the host, then each finding, and what to do where it is not ok. */
export function doctorText({ host, findings }: Examination, style: Style): string {
  const bad = findings.filter(({ status }) => status !== 'ok');
  const good = findings.filter(({ status }) => status === 'ok');
  const lines = [
    ...summary(findings, style),
    ...wrap(plainText(`host: ${hostLine(host)}`), { width: style.width, first: '', next: '    ' }),
    ...(style.offline ? wrap(notAsked, { width: style.width, first: '', next: '    ' }) : []),
    ...bad.flatMap(finding => ['', ...badLines(finding, style)]),
    ...(good.length > 0 ? [''] : []),
    ...good.flatMap(({ check, subject, message }) =>
      lineOf(`OK ${check}: ${subject}: ${message}`, 'ok', style),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const notAsked =
  'Not looked at (--offline): where the names lead, what answers there, and their CAA records.';

function summary(findings: readonly Finding[], style: Style): readonly string[] {
  const worst = worstStatus(findings);
  const counts = (['critical', 'warning', 'unknown', 'ok'] as const).flatMap(status => {
    const count = findings.filter(finding => finding.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return lineOf(`${monitoringWords[worst]}: ${counts.join(', ')} (certd ${style.version})`, worst, style);
}

function badLines({ check, status, subject, message, cure }: Finding, style: Style): readonly string[] {
  return [
    ...lineOf(`${monitoringWords[status]} ${check}: ${subject}`, status, style),
    ...wrap(plainText(message), { width: style.width, first: '  ', next: '  ' }),
    ...(cure === null ? [] : wrap(plainText(cure), { width: style.width, first: '  > ', next: '    ' })),
  ];
}

/** The status, with which the text begins, in its colour. */
function lineOf(text: string, status: FindingStatus, style: Style): readonly string[] {
  const lines = wrap(plainText(text), { width: style.width, first: '', next: '    ' });
  const [head = '', ...rest] = lines;
  return [head.replace(monitoringWords[status], word => paint(status, word, style)), ...rest];
}
