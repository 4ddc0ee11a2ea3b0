import { describe, expect, it } from 'vitest';
import { readCommandLine, readCommandWords, readShellScript } from '../../src/config/words.ts';

function argvOf(line: string): readonly string[] | string {
  const read = readCommandLine(line);
  if ('problem' in read) return `refused: ${read.problem}`;
  return read.value.kind === 'argv' ? read.value.argv : 'a shell';
}

describe('a command line is split into words as a POSIX shell splits it', () => {
  it.each<[string, string[]]>([
    ['nginx -s reload', ['nginx', '-s', 'reload']],
    ['  nginx \t -s  reload ', ['nginx', '-s', 'reload']],
    ['nginx -s reload\n', ['nginx', '-s', 'reload']],
    ["systemctl reload 'my server.service'", ['systemctl', 'reload', 'my server.service']],
    ['echo "two words"', ['echo', 'two words']],
    ['echo a"b c"d\'e f\'g', ['echo', 'ab cde fg']],
    ['echo \'\' ""', ['echo', '', '']],
    ['echo a\\ b', ['echo', 'a b']],
    ['echo a\\', ['refused']],
    ['echo \\| \\$x \\*', ['echo', '|', '$x', '*']],
    ["echo '| & ; $x `y` * ? [ ~ # \\'", ['echo', '| & ; $x `y` * ? [ ~ # \\']],
    ['echo "| & ; * ? [ ~ #"', ['echo', '| & ; * ? [ ~ #']],
    ['echo "\\$x \\"q\\" \\\\ \\`y\\` \\n"', ['echo', '$x "q" \\ `y` \\n']],
    ['echo "it\'s" \'say "x"\'', ['echo', "it's", 'say "x"']],
    ['a \\\n  b', ['a', 'b']],
    ['a b\\\nc', ['a', 'bc']],
    ['echo "b\\\nc"', ['echo', 'bc']],
    ["echo 'b\nc'", ['echo', 'b\nc']],
    ['echo a#b a~b x=y', ['echo', 'a#b', 'a~b', 'x=y']],
    ['env FOO=bar cmd', ['env', 'FOO=bar', 'cmd']],
    ["'FOO=bar'", ['FOO=bar']],
    ['find . -exec true {} +', ['find', '.', '-exec', 'true', '{}', '+']],
    ['curl http://127.0.0.1/%20', ['curl', 'http://127.0.0.1/%20']],
    ['grüße 世界', ['grüße', '世界']],
  ])('%j', (line, words) => {
    if (words[0] === 'refused') expect(argvOf(line)).toMatch(/^refused/);
    else expect(argvOf(line)).toEqual(words);
  });
});

describe('what a shell would act upon is refused, with the way to ask for one', () => {
  it.each([
    ['a | b', '|'],
    ['a && b', '&'],
    ['a; b', ';'],
    ['a < b', '<'],
    ['a > b', '>'],
    ['a (b', '('],
    ['a )b', ')'],
    ['echo $x', '$'],
    ['echo `x`', '`'],
    ['ls *.pem', '*'],
    ['ls a?', '?'],
    ['[ -f a ]', '['],
    ['ls ~/x', '~'],
    ['a # comment', '#'],
  ])('%j', (line, char) => {
    expect(argvOf(line)).toBe(
      `refused: \`${char}\` outside quotes means something to a shell; certd runs commands without a shell; quote it, or write { shell: "…" }`,
    );
  });

  it('also inside double quotes, where a shell still expands', () => {
    expect(argvOf('echo "a $x"')).toBe(
      'refused: `$` inside double quotes means something to a shell; use single quotes, or write { shell: "…" }',
    );
  });

  it.each([
    ['a\nb', 'there are several lines; certd runs'],
    ['FOO=bar cmd', 'FOO=… would set a variable; begin with `env`'],
    ["FOO='b c' cmd", 'FOO=… would set a variable'],
    ['if true', "`if` belongs to a shell's grammar"],
    ['! true', "`!` belongs to a shell's grammar"],
    ["echo 'a", 'a single quote is not closed'],
    ['echo "a', 'a double quote is not closed'],
    ['', 'the command is empty'],
    ['  ', 'the command is empty'],
    ['""', 'the command is empty'],
    ['-s reload', 'a command cannot begin with `-`; one command is one item of the list: [nginx -s reload]'],
    ['echo a\0', 'a command cannot hold a NUL byte'],
  ])('%j', (line, problem) => {
    expect(argvOf(line)).toContain(`refused: ${problem}`);
  });
});

describe('the other two forms of a command', () => {
  it('a list of words is taken exactly as written', () => {
    expect(readCommandWords(['echo', '$x | *', '', '-n'])).toEqual({
      value: { kind: 'argv', argv: ['echo', '$x | *', '', '-n'] },
    });
  });

  it('an empty list or an empty program is refused', () => {
    expect(readCommandWords([])).toEqual({ problem: 'the command is empty' });
    expect(readCommandWords(['', 'x'])).toEqual({ problem: 'the command is empty' });
  });

  it('a shell script is kept whole', () => {
    expect(readShellScript('a | b\nc')).toEqual({ value: { kind: 'shell', script: 'a | b\nc' } });
  });

  it('a blank shell script is refused', () => {
    expect(readShellScript(' \n')).toEqual({ problem: 'the command is empty' });
  });
});
