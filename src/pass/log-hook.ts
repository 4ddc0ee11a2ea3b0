import type { HookEvent } from '../deploy/deploy-job.ts';
import type { Log } from '../log.ts';

/** What became of a command of the operator's, with the end of what it printed. */
export function logHook({ names, hook, result, durationMs }: HookEvent, log: Log): void {
  const facts = {
    certificates: names,
    hook,
    detail: result.detail,
    durationMs,
    output: result.output,
  };
  if (result.outcome === 'ok') log.info(facts, 'hook ran');
  else if (result.outcome === 'stopped') log.info(facts, 'hook was cut short');
  else log.error({ ...facts, code: result.outcome }, 'hook failed');
}
