import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtCommands } from '../../src/commands/built.ts';
import { commandWords } from '../../src/commands/command-words.ts';
import { bashCompletion } from '../../src/commands/completion-bash.ts';
import { fishCompletion } from '../../src/commands/completion-fish.ts';
import { zshCompletion } from '../../src/commands/completion-zsh.ts';
import { ownDir } from '../support/state-dir.ts';

const commands = commandWords(builtCommands);
const bash = bashCompletion(commands);

/** What bash offers for the last of these words, which are split as its readline does. */
function offered(words: readonly string[], cwd = '/'): readonly string[] {
  const script = `${bash}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_certd
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-uc', script, 'bash', ...words], { encoding: 'utf8', cwd });
  return text.split('\n').filter(word => word !== '');
}

/** A state directory with these names live, and one file that is no link. */
function stateWith(...names: readonly string[]): string {
  const dir = ownDir();
  mkdirSync(join(dir, 'live'));
  for (const name of names) symlinkSync('../deployed/x', join(dir, 'live', name));
  writeFileSync(join(dir, 'live', 'a-file'), '');
  return dir;
}

describe('bash completes', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['commands', ['certd', 're'], ['renew', 'revoke']],
    ['commands after an option of all', ['certd', '--config', 'run', 'roll'], ['rollback']],
    ['options of certd', ['certd', '--'], ['--help', '--version']],
    ['options of a command', ['certd', 'renew', '--d'], ['--dry-run']],
    [
      'options of all commands',
      ['certd', 'why', 'a.example', '--'],
      ['--config', '--state-dir', '--runtime-dir', '--log-level', '--help'],
    ],
    ['choices', ['certd', 'run', '--deploy', ''], ['inline', 'external']],
    ['choices after an equals sign', ['certd', 'run', '--deploy', '=', 'e'], ['external']],
    [
      'choices right after it',
      ['certd', 'run', '--log-level', '='],
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    ],
    [
      'choices that the command checks',
      ['certd', 'revoke', 'a.example', '--reason', 'key'],
      ['keyCompromise'],
    ],
    ['what account can do', ['certd', 'account', 're'], ['replace']],
    ['servers', ['certd', 'snippet', ''], ['nginx', 'apache', 'haproxy']],
    ['shells', ['certd', 'completion', ''], ['bash', 'zsh', 'fish']],
    ['the command that help is for', ['certd', 'help', 'sn'], ['snippet']],
    ['nothing where a value is anybody’s guess', ['certd', 'init', '--email', ''], []],
    ['nothing for a command without values', ['certd', 'run', ''], []],
  ])('%s', (_sentence, words, expected) => {
    expect(offered(words)).toEqual(expected);
  });

  it('files and directories', () => {
    const dir = ownDir();
    mkdirSync(join(dir, 'conf.d'));
    writeFileSync(join(dir, 'config file.yaml'), '');
    expect(offered(['certd', 'status', '--config', 'conf'], dir).toSorted()).toEqual([
      'conf.d',
      'config file.yaml',
    ]);
    expect(offered(['certd', 'check-config', 'config'], dir)).toEqual(['config file.yaml']);
    expect(offered(['certd', 'init', '--webroot', 'conf'], dir)).toEqual(['conf.d']);
  });

  it('certificates that are live, and runs nothing that a name could say', () => {
    const state = stateWith('a.example', 'b.example', '$(touch pwned)', '`touch pwned`');
    expect(offered(['certd', 'renew', '--state-dir', state, ''], state)).toEqual([
      '$(touch pwned)',
      '`touch pwned`',
      'a.example',
      'b.example',
    ]);
    expect(offered(['certd', 'renew', '--state-dir', '=', state, 'a'], state)).toEqual(['a.example']);
    expect(offered(['certd', 'snippet', 'nginx', '--state-dir', state, 'b'], state)).toEqual(['b.example']);
    expect(offered(['certd', 'why', '--state-dir', '/nonexistent', ''], state)).toEqual([]);
    expect(execFileSync('ls', [state], { encoding: 'utf8' })).toBe('live\n');
  });
});

it.each([
  ['bash', bash],
  ['zsh', zshCompletion(commands)],
  ['fish', fishCompletion(commands)],
])('the script for %s has every command with its options, and none that is not built', (shell, script) => {
  for (const { name, options } of commands) {
    const of = script.split('\n').filter(line => new RegExp(`(^|[ '])${name}([) ':]|$)`).test(line));
    const long = options.map(option => (shell === 'fish' ? ` -l ${option.long.slice(2)} ` : option.long));
    expect([name, of.length > 0, long.filter(words => !of.some(line => line.includes(words)))]).toEqual([
      name,
      true,
      [],
    ]);
  }
  expect(script).not.toMatch(/\badopt\b/);
});

it('no word of a command would end the quotes around it', () => {
  const odd = [
    {
      name: 'odd',
      summary: `it's [a] \\ "word": $(x)`,
      options: [
        { long: '--odd', value: 'file', summary: `it's [a] \\ word: $(x)`, choices: [], otherwise: null },
      ],
      values: [],
    },
  ];
  expect(fishCompletion(odd)).toContain(String.raw`-d 'it\'s [a] \\ "word": $(x)'`);
  expect(zshCompletion(odd)).toContain(String.raw`'--odd=[it'\''s \[a\] \\ word\: $(x)]:file:_files'`);
});
