import { asCertdError, CertdError } from '../core/errors.ts';
import type { Millis } from '../core/instant.ts';
import type { Target } from '../core/model.ts';
import { hookPath } from '../deploy/hook-environment.ts';
import { hookName } from '../deploy/owed-hooks.ts';
import type { HostParts } from './host-parts.ts';
import { logHook } from './log-hook.ts';

/** An attempt of one certificate. `renewed` null: it has not come to the work. */
export type Tried = { readonly target: Target; readonly host: HostParts; renewed: boolean | null };

/** Runs the commands of `before` in their order. Throws `before-hook-failed` after the first that fails. */
export async function runBefore({ target, host }: Tried): Promise<void> {
  const env = {
    PATH: hookPath,
    CERTD_NAME: target.name,
    CERTD_DOMAINS: target.domains.join(' '),
  };
  await runAll('before', { target, env, names: [target.name], signal: host.signal }, host);
}

/**
 * Runs the commands of `after`, which are the same for all of `tried`; returns why not, or null. Also after a stop of
 * certd, which then waits for them as long as its own end may take.
 */
export async function runAfter({ target, host }: Tried, tried: readonly Tried[]): Promise<CertdError | null> {
  const domains = (of: readonly Tried[]) => of.flatMap(one => one.target.domains).join(' ');
  const names = tried.map(one => one.target.name);
  const env = {
    PATH: hookPath,
    CERTD_NAME: names.join(' '),
    CERTD_DOMAINS: domains(tried),
    RENEWED_DOMAINS: domains(tried.filter(({ renewed }) => renewed === true)),
    FAILED_DOMAINS: domains(tried.filter(({ renewed }) => renewed === false)),
  };
  const late = lateAbort(host);
  try {
    await runAll('after', { target, env, names, signal: late.signal }, host);
    return null;
  } catch (thrown) {
    return asCertdError(thrown);
  } finally {
    late.end();
  }
}

/** Short, for a stop of certd has five seconds in all, and those commands may still begin then. */
const graceMs: Millis = 1000;
const stopLimitMs: Millis = 2000;

const failed = { before: 'before-hook-failed', after: 'after-hook-failed' } as const;

async function runAll(
  which: 'before' | 'after',
  about: {
    readonly target: Target;
    readonly env: Record<string, string>;
    readonly names: readonly string[];
    readonly signal: AbortSignal;
  },
  { runHook, clock, log }: HostParts,
): Promise<void> {
  const { target, env, names, signal } = about;
  for (const [index, command] of target.attempt[which].entries()) {
    const startedAt = clock.now();
    const hasBegun = !signal.aborted;
    const hook = `${which} ${hookName({ command, position: index + 1 })}`;
    const result = await runHook({ command, env, timeoutMs: target.deploy.timeoutMs, graceMs, signal });
    logHook({ names, hook, result, durationMs: clock.now() - startedAt }, log);
    // Counted as a failure, for it may be what has stopped certd, and would do so at every start.
    const isCounted = which === 'before' && hasBegun;
    if (result.outcome === 'stopped' && !isCounted) {
      throw new CertdError('stopped', `certd was stopped during ${hook}`);
    }
    if (result.outcome !== 'ok') {
      throw new CertdError(failed[which], `${hook}: ${result.detail}`);
    }
  }
}

/** Aborts some time after the host’s own signal. */
function lateAbort({ signal, timer }: HostParts): {
  readonly signal: AbortSignal;
  readonly end: () => void;
} {
  const late = new AbortController();
  let takeBack = () => {};
  const begin = () => {
    takeBack = timer(stopLimitMs, () => late.abort());
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    signal: late.signal,
    end: () => {
      signal.removeEventListener('abort', begin);
      takeBack();
    },
  };
}
