/** One directive of nginx, with its place. `block`: null where it ends with a semicolon. */
export type NginxDirective = {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly block: readonly NginxDirective[] | null;
};

type Token = { readonly text: string; readonly line: number; readonly mark: boolean };

/**
 * The directives of one file, as ngx_conf_read_token of src/core/ngx_conf_file.c takes them apart. Text that nginx would
 * refuse gives whatever stands before it.
 */
export function nginxDirectives(text: string, file: string): readonly NginxDirective[] {
  const tokens = tokensOf(text);
  return readBlock(tokens, { at: 0 }, file);
}

function readBlock(
  tokens: readonly Token[],
  position: { at: number },
  file: string,
): readonly NginxDirective[] {
  const directives: NginxDirective[] = [];
  let words: Token[] = [];
  for (let token = tokens[position.at]; token !== undefined; token = tokens[position.at]) {
    position.at += 1;
    if (!token.mark) {
      words.push(token);
      continue;
    }
    if (token.text === '}') break;
    const block = token.text === '{' ? readBlock(tokens, position, file) : null;
    const [name, ...args] = words;
    words = [];
    if (name === undefined) continue;
    directives.push({ name: name.text, args: args.map(({ text }) => text), file, line: name.line, block });
  }
  return directives;
}

/**
 * A comment begins only where a word could. In a word, `{` behind a `$` belongs to the name of a variable, and `}`,
 * `#` and quotes are letters.
 */
const piece =
  /(?<nothing>[ \t\r\n]+|#[^\n]*)|(?<mark>[;{}])|(?<quoted>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)|(?<word>(?:\\.|\$\{|[^ \t\r\n;{\\])+)|./sy;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    piece.lastIndex = at;
    const [raw = '', groups] = pieceAt(text);
    const { mark, quoted, word } = groups;
    if (mark !== undefined) tokens.push({ text: mark, line, mark: true });
    const content = quoted === undefined ? word : quoted.slice(1, -1);
    if (content !== undefined) tokens.push({ text: unescaped(content), line, mark: false });
    const end = mark === '{' && opensLua(tokens) ? endOfLua(text, at) : at + raw.length;
    line += text.slice(at, end).split('\n').length - 1;
    at = end;
  }
  return tokens;
}

function pieceAt(text: string): [raw: string, groups: Readonly<Record<string, string | undefined>>] {
  const found = piece.exec(text);
  return [found?.[0] ?? '', found?.groups ?? {}];
}

function unescaped(raw: string): string {
  const controls: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };
  return raw.replaceAll(/\\(["'\\trn])/g, (_, char: string) => controls[char] ?? char);
}

function opensLua(tokens: readonly Token[]): boolean {
  const before = tokens.findLast(({ mark }) => !mark)?.text ?? '';
  return before.endsWith('_by_lua_block');
}

/** OpenResty's Lua is no configuration: it ends at the brace that closes it, and its closing brace stays. */
function endOfLua(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
