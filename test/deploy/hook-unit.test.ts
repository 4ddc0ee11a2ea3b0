import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/core/deploy/deploy-model.ts';
import { hookUnit, hookUnitArguments, hookUnitOutcome, unitFacts } from '../../src/deploy/hook-unit.ts';

const reload: Command = { kind: 'argv', argv: ['nginx', '-s', 'reload'] };
const stateDir = '/var/lib/certd';
const nameOf = (command: Command) => hookUnit(command, stateDir);
const limits = { timeoutMs: 60_000, graceMs: 5000 };

describe('the unit of a hook', () => {
  it('has a name that says which program it is, and that another command does not have', () => {
    expect(nameOf(reload)).toMatch(/^certd-hook-nginx-[0-9a-f]{8}\.service$/);
    expect(nameOf({ kind: 'argv', argv: ['nginx', '-s', 'reload'] })).toBe(nameOf(reload));
    expect(nameOf({ kind: 'argv', argv: ['nginx', '-s reload'] })).not.toBe(nameOf(reload));
    expect(nameOf({ kind: 'shell', script: 'nginx -s reload' })).toMatch(/^certd-hook-sh-[0-9a-f]{8}/);
  });

  it('is another one for a certd with another state directory, which must not end it', () => {
    expect(hookUnit(reload, '/srv/certd')).toMatch(/^certd-hook-nginx-[0-9a-f]{8}\.service$/);
    expect(hookUnit(reload, '/srv/certd')).not.toBe(nameOf(reload));
  });

  it.each([
    ['/opt/my tools/re load@x', /^certd-hook-re_load_x-[0-9a-f]{8}\.service$/],
    ['/opt/../é%i', /^certd-hook-__i-[0-9a-f]{8}\.service$/],
    ['a'.repeat(300), /^certd-hook-a{40}-[0-9a-f]{8}\.service$/],
  ])('has a name that systemd takes, whatever the program is called: %s', (program, name) => {
    expect(nameOf({ kind: 'argv', argv: [program] })).toMatch(name);
  });
});

describe('the arguments of systemd-run', () => {
  it('are options, environment and the words of the command', () => {
    const env = { PATH: '/usr/bin:/bin', CERTD_DOMAINS: 'a.example b.example' };
    expect(
      hookUnitArguments(
        { command: reload, env, ...limits },
        { unit: 'x.service', program: '/usr/sbin/nginx' },
      ),
    ).toEqual([
      '--wait',
      '--pipe',
      '--quiet',
      '--service-type=oneshot',
      '--unit=x.service',
      '--description=certd hook (nginx)',
      '--property=TimeoutStartSec=60000ms',
      '--property=TimeoutStopSec=5000ms',
      '--property=IgnoreSIGPIPE=no',
      '--setenv=PATH=/usr/bin:/bin',
      '--setenv=CERTD_DOMAINS=a.example b.example',
      '--',
      '/usr/sbin/nginx',
      '-s',
      'reload',
    ]);
  });

  const wordsOf = (command: Command) => {
    const args = hookUnitArguments({ command, env: {}, ...limits }, { unit: 'x.service', program: '/bin/x' });
    return args.slice(args.indexOf('--') + 1);
  };

  it('leave each word as it is but for dollars, which systemd would take for variables', () => {
    expect(
      wordsOf({ kind: 'argv', argv: ['x', '$HOME', 'a  b', '', '--unit=y', '%h', '"q"', '\\'] }),
    ).toEqual(['/bin/x', '$$HOME', 'a  b', '', '--unit=y', '%h', '"q"', '\\']);
  });

  it('give a script to the shell as one word', () => {
    expect(wordsOf({ kind: 'shell', script: 'echo "$CERTD_NAME" | tr a b' })).toEqual([
      '/bin/x',
      '-c',
      'echo "$$CERTD_NAME" | tr a b',
    ]);
  });

  it('say nothing of the command in the description, which goes to the journal', () => {
    const command: Command = { kind: 'argv', argv: ['curl', '-H', 'Authorization: secret'] };
    const args = hookUnitArguments(
      { command, env: {}, ...limits },
      { unit: 'x.service', program: '/usr/bin/curl' },
    );
    expect(args.slice(0, args.indexOf('--')).join(' ')).not.toContain('secret');
  });
});

describe('what became of a hook', () => {
  const outcomeOf = (
    ran: { outcome: 'ok' | 'hook-failed' | 'hook-timeout' | 'hook-not-found'; detail: string },
    shown: string | null,
  ) => hookUnitOutcome(ran, shown === null ? null : unitFacts(shown), limits);
  const ranBadly = { outcome: 'hook-failed', detail: 'exit 1' } as const;

  it('is well where systemd-run says so', () => {
    expect(outcomeOf({ outcome: 'ok', detail: 'exit 0' }, null)).toEqual({ outcome: 'ok', detail: 'exit 0' });
  });

  it.each([
    ['it failed', 'Result=exit-code\nExecMainStatus=7', 'hook-failed', 'exit 7'],
    ['it was ended at its limit', 'Result=timeout\nExecMainStatus=15', 'hook-timeout', 'killed after 60 s'],
    ['somebody ended it', 'Result=signal\nExecMainStatus=15', 'hook-failed', 'killed by SIGTERM'],
    ['it crashed', 'Result=core-dump\nExecMainStatus=11', 'hook-failed', 'killed by SIGSEGV'],
    ['by a signal without a name', 'Result=signal\nExecMainStatus=40', 'hook-failed', 'killed by signal 40'],
    ['memory was short', 'Result=oom-kill\nExecMainStatus=9', 'hook-failed', 'killed, for memory was short'],
    [
      'its interpreter is missing',
      'Result=exit-code\nExecMainStatus=203',
      'hook-failed',
      'exit 203: systemd could not execute it',
    ],
    [
      'it never was a unit',
      'LoadState=not-found\nResult=success\nExecMainStatus=0',
      'hook-failed',
      'systemd could not run it (systemd-run: exit 1)',
    ],
  ])('is told where %s', (_sentence, shown, outcome, detail) => {
    expect(outcomeOf(ranBadly, shown)).toEqual({ outcome, detail });
  });

  it('is told where systemd cannot be asked', () => {
    expect(outcomeOf(ranBadly, null)).toEqual({
      outcome: 'hook-failed',
      detail: 'systemd-run: exit 1, and systemctl did not say why',
    });
  });

  it('is told where there is no systemd-run: it is not the hook that is missing', () => {
    expect(outcomeOf({ outcome: 'hook-not-found', detail: 'no such program' }, null)).toEqual({
      outcome: 'hook-failed',
      detail: 'systemd-run could not be started: no such program',
    });
  });

  it('is told where systemd does not end it', () => {
    expect(outcomeOf({ outcome: 'hook-timeout', detail: 'killed after 130 s' }, 'Result=success')).toEqual({
      outcome: 'hook-timeout',
      detail: 'systemd has not ended it after 60 s',
    });
  });
});

it('reads lines of properties, and nothing else', () => {
  expect([...unitFacts('Result=exit-code\nDescription=a=b\n\nwarning\n')]).toEqual([
    ['Result', 'exit-code'],
    ['Description', 'a=b'],
  ]);
});
