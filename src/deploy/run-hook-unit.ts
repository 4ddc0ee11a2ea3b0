import type { Millis } from '../core/instant.ts';
import { findProgram } from './find-program.ts';
import { hookPath } from './hook-environment.ts';
import {
  hookUnit,
  hookUnitArguments,
  hookUnitOutcome,
  shownProperties,
  type UnitFacts,
  unitFacts,
} from './hook-unit.ts';
import { type HookResult, type HookRun, runHook } from './run-hook.ts';
import { runProgram } from './run-program.ts';

/** Names or paths of systemd's two programs. */
export type SystemdTools = { readonly systemdRun: string; readonly systemctl: string };

const systemdTools: SystemdTools = { systemdRun: 'systemd-run', systemctl: 'systemctl' };

/** What systemd may take beyond the limits of a hook; a busy one answers late. */
const marginMs: Millis = 60_000;

/** Above the five seconds that a hook has between SIGTERM and SIGKILL. */
const stopLimitMs: Millis = 20_000;

/**
 * Runs a hook as `runHook` does, but as a service of systemd: outside certd's own sandbox, with what an administrator's command would
 * have, and with a life of its own: it goes on where certd is restarted by it. systemd ends it at its limit, with everything that it
 * has started; what it leaves behind ends with it.
 */
export async function runHookUnit(run: HookRun, stateDir: string, tools = systemdTools): Promise<HookResult> {
  const { command, signal } = run;
  if (signal.aborted) return stopped('');
  const found = findProgram(command.kind === 'argv' ? command.argv[0] : '/bin/sh', hookPath);
  if (found.path === null) return { outcome: 'hook-not-found', detail: found.why, output: '' };
  const unit = hookUnit(command, stateDir);
  await removeOld(unit, tools);
  const ran = await runUntilStopped(run, { unit, program: found.path }, tools);
  if (ran.outcome === 'ok') return ran;
  const facts = await factsOf(unit, tools);
  if (isRunning(facts)) await systemctl(['stop', unit], tools);
  await forget(unit, facts, tools);
  if (signal.aborted) return stopped(ran.output);
  return { ...hookUnitOutcome(ran, facts, run), output: ran.output };
}

function stopped(output: string): HookResult {
  return { outcome: 'stopped', detail: 'certd was stopped', output };
}

/** What a certd that was killed has left: the same command is not to run twice at a time. */
async function removeOld(unit: string, tools: SystemdTools): Promise<void> {
  const facts = await factsOf(unit, tools);
  if (isRunning(facts)) await systemctl(['stop', unit], tools);
  await forget(unit, facts, tools);
}

/** systemd-run, which waits for the end of the unit. A stop of certd stops the unit. */
async function runUntilStopped(
  run: HookRun,
  { unit, program }: { readonly unit: string; readonly program: string },
  tools: SystemdTools,
): Promise<HookResult> {
  const { timeoutMs, graceMs, signal } = run;
  const giveUp = new AbortController();
  const stop = () =>
    void systemctl(['stop', unit], tools).then(({ failed }) => failed !== null && giveUp.abort());
  signal.addEventListener('abort', stop, { once: true });
  // While the old one was removed.
  if (signal.aborted) return stopped('');
  try {
    return await runHook({
      command: { kind: 'argv', argv: [tools.systemdRun, ...hookUnitArguments(run, { unit, program })] },
      env: { PATH: hookPath },
      timeoutMs: timeoutMs + 2 * graceMs + marginMs,
      graceMs,
      signal: giveUp.signal,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function factsOf(unit: string, tools: SystemdTools): Promise<UnitFacts | null> {
  const { failed, stdout } = await systemctl(['show', `--property=${shownProperties}`, unit], tools);
  return failed === null ? unitFacts(stdout) : null;
}

function isRunning(facts: UnitFacts | null): boolean {
  return ['active', 'activating', 'deactivating', 'reloading'].includes(facts?.get('ActiveState') ?? '');
}

/** A unit that failed is kept by systemd until somebody has seen it. */
async function forget(unit: string, facts: UnitFacts | null, tools: SystemdTools): Promise<void> {
  if (facts?.get('LoadState') === 'loaded') await systemctl(['reset-failed', unit], tools);
}

function systemctl(words: readonly string[], tools: SystemdTools) {
  return runProgram({
    argv: [tools.systemctl, ...words],
    timeoutMs: stopLimitMs,
    limit: 64 * 1024,
  });
}
