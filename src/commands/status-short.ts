import { monitoringState } from '../core/status/monitoring-state.ts';
import type { CertificateStatus, Level, Problem, StatusDocument } from '../core/status/status-document.ts';
import { nextOrder } from '../core/status/status-view.ts';
import { plainText } from '../core/text/plain-text.ts';
import { certificatesText, nextOrderText } from './status-phrases.ts';

/** Columns that the line may have: monitoring cuts a longer one off. */
const longest = 160;

/** `certd status --short`: the state, and the first certificates that make it so. */
export function shortLine(document: StatusDocument): string {
  const { word } = monitoringState(document);
  const { problems, status, certificates } = document;
  const worst = certificates.filter(certificate => status !== 'ok' && certificate.status === status);
  // Without a daemon nothing else matters as much; nor where no certificate is the reason.
  const programFirst = word === 'UNKNOWN' || worst.length === 0;
  const program = problems.map(problem => programText(problem, programFirst, problems.length));
  const before = programFirst ? program : [];
  const after = programFirst ? [] : [...lesser(document), ...program];
  const room = longest - `${word}: ${[...before, '', ...after].join('; ')}`.length;
  const about = worst.length === 0 ? wellText(document) : worstText(worst, certificates.length, room);
  return cut(plainText(`${word}: ${[...before, about, ...after].join('; ')}`), longest);
}

/** The line where nothing can be said, and why. */
export function unknownLine(reason: string): string {
  return cut(plainText(`UNKNOWN: ${reason}`), longest);
}

/** Where the configuration is bad is said in any case. Which socket is dead is not, where that is not all. */
function programText({ code, message }: Problem, first: boolean, of: number): string {
  if (code === 'config-refused') return cut(`${code}: ${message}`, first ? 110 : 80);
  return first && (of === 1 || code !== 'daemon-dead') ? cut(`${code}: ${message}`, 90) : code;
}

function wellText({ certificates, now }: StatusDocument): string {
  const next = nextOrder(certificates);
  const count = certificatesText(certificates.length);
  return next === null ? count : `${count}, ${nextOrderText(next, now)}`;
}

/** "2 of 300 certificates critical: a.example (expired), b.example (ca-unreachable)"; as many as there is room for. */
function worstText(worst: readonly CertificateStatus[], of: number, room: number): string {
  const level = worst[0]?.status === 'critical' ? 'critical' : 'with a warning';
  let text = `${worst.length} of ${certificatesText(of)} ${level}: `;
  for (const [index, { name, status, problems }] of worst.entries()) {
    const item = `${index === 0 ? '' : ', '}${name} (${reasonOf(status, problems)})`;
    const left = worst.length - index;
    // Room for saying how many more there are has to stay.
    if (index > 0 && text.length + item.length + ` and ${left} more`.length > room)
      return `${text} and ${left} more`;
    text += item;
  }
  return text;
}

/** That a certificate is not there says little without what is in its way. */
function reasonOf(status: Level, problems: readonly Problem[]): string {
  const reason = problems.find(({ level }) => level === status)?.code ?? status;
  const cause = problems.find(({ code }) => code !== reason);
  return reason === 'not-issued' && cause !== undefined ? `${reason}: ${cause.code}` : reason;
}

function lesser({ status, certificates }: StatusDocument): readonly string[] {
  const count = certificates.filter(certificate => certificate.status === 'warning').length;
  return status === 'critical' && count > 0 ? [`${count} with a warning`] : [];
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
