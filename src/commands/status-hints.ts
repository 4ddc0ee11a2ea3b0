import type { StatusDocument } from '../core/status/status-document.ts';

/** Where a person at a terminal reads on; empty where all is well. */
export function statusHints({ source, certificates }: StatusDocument): string {
  const hints: string[] = [];
  if (certificates.some(({ problems }) => problems.length > 0))
    hints.push('certd why NAME says what to do about one');
  if (source === 'disk') hints.push('certd doctor looks at the host and at the units of the daemon');
  return hints.length === 0 ? '' : `\n${hints.join('\n')}\n`;
}
