import type { Outcome } from '../booted/run-inside.ts';

/** Of standard error, where install.sh says how it ended. */
export function lastLine({ stderr }: Outcome): string {
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}
