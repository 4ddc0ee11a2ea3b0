import { describe, expect, it } from 'vitest';
import { type NginxDirective, nginxDirectives } from '../../../src/doctor/nginx/nginx-directives.ts';

/** `name arg arg` of each, blocks in braces. */
function flat(directives: readonly NginxDirective[]): readonly string[] {
  return directives.map(({ name, args, block }) => {
    const words = [name, ...args].join('|');
    return block === null ? words : `${words} {${flat(block).join('; ')}}`;
  });
}

const read = (text: string) => flat(nginxDirectives(text, 'f'));

describe('the configuration of nginx is taken apart as nginx does it', () => {
  it.each([
    ['words and blocks', 'a b c;\nd { e f; g {} }', ['a|b|c', 'd {e|f; g {}}']],
    ['a comment to the end of the line', 'a b; # c; d;\ne f;', ['a|b', 'e|f']],
    ['a # inside of a word is a letter', 'root /a#b;', ['root|/a#b']],
    ['quotes of both kinds', `a "b c;" 'd "e"';`, ['a|b c;|d "e"']],
    ['an empty word', 'server_name "";', ['server_name|']],
    ['escapes in quotes', String.raw`a "b\"c\\d" 'e\'f';`, [String.raw`a|b"c\d|e'f`]],
    ['escapes outside of quotes', String.raw`a b\ c\;d;`, [String.raw`a|b\ c\;d`]],
    ['a backslash before other letters stays', String.raw`a ~^\d+\.x$;`, [String.raw`a|~^\d+\.x$`]],
    ['a variable in braces', 'a /x/$' + '{name}/y;', ['a|/x/$' + '{name}/y']],
    ['a brace that closes inside of a word is a letter', 'a b}c;', ['a|b}c']],
    ['a quote inside of a word is a letter', `a b"c;`, ['a|b"c']],
    [
      'line breaks between words',
      'server_name\n  a.example\n  b.example\n;',
      ['server_name|a.example|b.example'],
    ],
    ['CRLF', 'a b;\r\nc d;\r\n', ['a|b', 'c|d']],
    [
      'Lua, whatever is in it',
      'x { content_by_lua_block { if a then b = {1} end; } root /a; }',
      ['x {content_by_lua_block {}; root|/a}'],
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each(['a "b', 'a {', 'a } b;', '\\', 'a {{{ ;', '}'])('what nginx would refuse ends, too: %s', text => {
    expect(Array.isArray(read(text))).toBe(true);
  });

  it('each directive has the line that it begins on, also behind quotes and Lua of several lines', () => {
    const text = "a 'x\ny';\nb_by_lua_block {\n z\n}\nc\n d;\n";
    expect(
      nginxDirectives(text, '/etc/nginx/x').map(({ name, file, line }) => `${name} ${file}:${line}`),
    ).toEqual(['a /etc/nginx/x:1', 'b_by_lua_block /etc/nginx/x:3', 'c /etc/nginx/x:6']);
  });
});
