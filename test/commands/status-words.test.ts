import { describe, expect, it } from 'vitest';
import { type StatusWords, statusWords } from '../../src/commands/status-words.ts';
import { certdProgram } from '../../src/commands/tree.ts';
import { commandFirst } from '../../src/commands/words.ts';

const usual = { config: '/etc/certd/config.yaml', stateDir: '/var/lib/certd', runtimeDir: '/run/certd' };

/** What commander makes of the words. */
async function byCommander(argv: readonly string[]): Promise<StatusWords> {
  let asked: StatusWords | null = null;
  const program = certdProgram(() => {});
  const status = program.commands.find(command => command.name() === 'status');
  status?.action((names, options) => {
    asked = { names, options };
  });
  await program.parseAsync([...argv], { from: 'user' });
  if (asked === null) throw new Error('commander did not come to status');
  return asked;
}

describe('the quick way reads what commander reads', () => {
  it.each([
    ['status', { names: [], options: usual }],
    ['status a.example', { names: ['a.example'], options: usual }],
    [
      'status --json a.example b.example',
      { names: ['a.example', 'b.example'], options: { ...usual, json: true } },
    ],
    ['status a.example --short', { names: ['a.example'], options: { ...usual, short: true } }],
    ['status --watch --short', { names: [], options: { ...usual, watch: true, short: true } }],
    ['status --json --json', { names: [], options: { ...usual, json: true } }],
    ['status --config=/c --state-dir /s', { names: [], options: { ...usual, config: '/c', stateDir: '/s' } }],
    ['status --runtime-dir /r=1', { names: [], options: { ...usual, runtimeDir: '/r=1' } }],
    ['status --runtime-dir=/r=1', { names: [], options: { ...usual, runtimeDir: '/r=1' } }],
    ['status --config /a --config /b', { names: [], options: { ...usual, config: '/b' } }],
    ['status --log-level debug x', { names: ['x'], options: { ...usual, logLevel: 'debug' } }],
    ['status help', { names: ['help'], options: usual }],
  ])('certd %s', async (line, expected) => {
    const argv = line.split(' ');
    expect(statusWords(argv)).toEqual(expected);
    expect(await byCommander(argv)).toEqual(expected);
  });

  it('an empty name too', async () => {
    expect(statusWords(['status', ''])).toEqual(await byCommander(['status', '']));
  });
});

describe('the quick way leaves to commander what it does not understand', () => {
  it.each([
    '',
    'plan',
    'status --help',
    'status -h',
    'status --jsn',
    'status --json=yes',
    'status --config',
    'status --config --json',
    'status --config=',
    'status --log-level loud',
    'status -- --json',
    'status -',
    '--json status',
  ])('certd %s', line => {
    expect(statusWords(line === '' ? [] : line.split(' '))).toBeNull();
  });
});

describe('options of every command may come before it', () => {
  it.each([
    ['--config /c status --json', 'status --config /c --json'],
    ['--config=/c --state-dir /s plan a.example', 'plan --config=/c --state-dir /s a.example'],
    ['--log-level debug run', 'run --log-level debug'],
    ['status --config /c', 'status --config /c'],
    ['--help', '--help'],
    ['--config /c', '--config /c'],
    ['--config', '--config'],
    ['--config /c --help', '--config /c --help'],
    ['--json status', '--json status'],
  ])('certd %s is certd %s', (line, moved) => {
    expect(commandFirst(line.split(' ')).join(' ')).toBe(moved);
  });
});
