import { plainText } from '../core/text/plain-text.ts';
import type { DryRunAnswer, DryRunResult } from '../daemon/run-dry-run.ts';
import { wrap } from './wrap.ts';

/** What `certd renew --dry-run` prints: a line for each certificate and CA, and the cure under one that failed. */
export function dryRunLines({ results }: DryRunAnswer, width: number): readonly string[] {
  return results.flatMap(result => [
    ...wrap(plainText(`${result.name}: ${result.ca}: ${outcome(result)}`), {
      width,
      first: '',
      next: '    ',
    }),
    ...(result.error === null
      ? []
      : wrap(plainText(result.error.cure), { width, first: '    ', next: '    ' })),
  ]);
}

function outcome({ staging, account, error }: DryRunResult): string {
  const validator = staging === null ? 'not validated by a CA' : `at ${staging}`;
  if (error !== null) return `failed (${validator}): ${error.code}: ${error.message}`;
  if (staging !== null) return `passed (${validator})`;
  const words =
    account === true ? 'directory, account and self-check' : 'directory and self-check (no account yet)';
  return `${validator}; ${words} passed`;
}
