import { CertdError } from '../core/errors.ts';
import { plainLines } from '../core/text/plain-text.ts';
import { redact } from '../redact.ts';
import { hookName, type OwedHook } from './owed-hooks.ts';
import type { HookResult } from './run-hook.ts';

/** What the end of a command means for those that it was run for; null where it succeeded. */
export function failureOf({ outcome, detail, output }: HookResult, hook: OwedHook): CertdError | null {
  if (outcome === 'ok') return null;
  const words = `${hookName(hook)}: ${detail}`;
  if (hook.position !== 0 || outcome !== 'hook-failed') return new CertdError(outcome, words);
  const said = lastWords(output);
  return new CertdError('test-failed', said === '' ? words : `${words}: ${said}`);
}

const mostLines = 3;
const mostText = 400;

/**
 * A test says what a server dislikes, and that is what the operator must read. Of a hook nothing is shown: what it
 * talks to may have told it a secret.
 */
function lastWords(output: string): string {
  const text = plainLines(redact(output)).slice(-mostLines).join('; ');
  return text.length > mostText ? `…${text.slice(-mostText)}` : text;
}
