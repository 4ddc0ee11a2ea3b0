/** How monitoring plugins judge. */
type Judgement = 'ok' | 'warning' | 'critical' | 'unknown';

/** What they call it. */
export const monitoringWords: Readonly<Record<Judgement, string>> = {
  ok: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
};

/** Exit codes of the commands that monitoring may run. */
export const monitoringExits = '0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN';

const colors: Readonly<Record<Judgement, number>> = { ok: 32, warning: 33, critical: 31, unknown: 35 };

/** Text in the colour of a judgement, on a terminal that shows colours. */
export function paint(judgement: Judgement, text: string, { color }: { readonly color: boolean }): string {
  return color ? `\u001b[${colors[judgement]}m${text}\u001b[0m` : text;
}
