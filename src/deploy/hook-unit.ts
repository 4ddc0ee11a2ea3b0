import { createHash } from 'node:crypto';
import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Command } from '../core/deploy/deploy-model.ts';
import { commandText } from './hook-order.ts';
import type { HookResult, HookRun } from './run-hook.ts';

/**
 * The unit that a hook runs as. The same one for the same command of the same state directory (absolute): what an earlier
 * certd has left running is found by its name, and no command ever runs twice at a time. A certd beside it has units of its own.
 */
export function hookUnit(command: Command, stateDir: string): string {
  const words = `${stateDir}\0${commandText(command)}`;
  const digest = createHash('sha256').update(words).digest('hex').slice(0, 8);
  return `certd-hook-${programName(command)}-${digest}.service`;
}

function programName(command: Command): string {
  const file = command.kind === 'argv' ? command.argv[0] : 'sh';
  return basename(file)
    .replaceAll(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 40);
}

/**
 * The arguments of systemd-run(1), which no shell sees. `oneshot`, since only there a hook that was ended by SIGTERM does not
 * count as well ended; systemd then waits for it, holds it to its limit and kills all of its control group. Without
 * `--collect`: how it failed is asked for afterwards. The description stands for the command, which can have a token in it.
 */
export function hookUnitArguments(
  { command, env, timeoutMs, graceMs }: Pick<HookRun, 'command' | 'env' | 'timeoutMs' | 'graceMs'>,
  { unit, program }: { readonly unit: string; readonly program: string },
): readonly string[] {
  const args = command.kind === 'argv' ? command.argv.slice(1) : ['-c', command.script];
  return [
    '--wait',
    '--pipe',
    '--quiet',
    '--service-type=oneshot',
    `--unit=${unit}`,
    `--description=certd hook (${programName(command)})`,
    `--property=TimeoutStartSec=${timeoutMs}ms`,
    `--property=TimeoutStopSec=${graceMs}ms`,
    // A script whose `a | head -1` systemd would otherwise break.
    '--property=IgnoreSIGPIPE=no',
    ...Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`),
    '--',
    program,
    // systemd puts variables into the words of a command; a doubled dollar is one (systemd.service(5)).
    ...args.map(word => word.replaceAll('$', '$$$$')),
  ];
}

/** What `systemctl show` says of a unit, by property. */
export type UnitFacts = ReadonlyMap<string, string>;

export const shownProperties = 'LoadState,ActiveState,Result,ExecMainStatus';

/** Of lines `name=value`. */
export function unitFacts(shown: string): UnitFacts {
  return new Map(
    shown.split('\n').flatMap(line => {
      const at = line.indexOf('=');
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

/**
 * What became of a hook. `ran`: of systemd-run. `facts`: what systemd knows of the unit after it; null where it could not be
 * asked.
 */
export function hookUnitOutcome(
  ran: Pick<HookResult, 'outcome' | 'detail'>,
  facts: UnitFacts | null,
  { timeoutMs }: Pick<HookRun, 'timeoutMs'>,
): Pick<HookResult, 'outcome' | 'detail'> {
  if (ran.outcome === 'ok') return { outcome: 'ok', detail: ran.detail };
  if (ran.outcome === 'hook-not-found') return failed(`systemd-run could not be started: ${ran.detail}`);
  if (ran.outcome === 'hook-timeout') {
    return { outcome: 'hook-timeout', detail: `systemd has not ended it after ${timeoutMs / 1000} s` };
  }
  if (facts === null) return failed(`systemd-run: ${ran.detail}, and systemctl did not say why`);
  const status = Number(facts.get('ExecMainStatus'));
  switch (facts.get('Result')) {
    case 'timeout':
      return { outcome: 'hook-timeout', detail: `killed after ${timeoutMs / 1000} s` };
    case 'exit-code':
      return failed(status === 203 ? 'exit 203: systemd could not execute it' : `exit ${status}`);
    case 'signal':
    case 'core-dump':
      return failed(`killed by ${signalName(status)}`);
    case 'oom-kill':
      return failed('killed, for memory was short');
    default:
      return failed(`systemd could not run it (systemd-run: ${ran.detail})`);
  }
}

function failed(detail: string): Pick<HookResult, 'outcome' | 'detail'> {
  return { outcome: 'hook-failed', detail };
}

function signalName(number: number): string {
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return name ?? `signal ${number}`;
}
