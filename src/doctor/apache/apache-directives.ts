/** One directive of Apache httpd, or a section with what stands in it. */
export type ApacheDirective = {
  /** In lower case: Apache takes names as they come. A section has no `<`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
  /** The last line of it, where it goes on behind a backslash: Apache counts by that. */
  readonly endLine: number;
  readonly block: readonly ApacheDirective[] | null;
};

type Line = { readonly text: string; readonly line: number; readonly endLine: number };

/** The directives of one file, as ap_cfg_getline and ap_getword_conf (server/util.c) take them apart. */
export function apacheDirectives(text: string, file: string): readonly ApacheDirective[] {
  const lines = linesOf(text).filter(({ text }) => text !== '' && !text.startsWith('#'));
  return readSection(lines, { at: 0 }, file);
}

/** A line that ends in a backslash goes on in the next one, comments included. */
function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let before = '';
  let line = 0;
  for (const [index, each] of text.split(/\r?\n/).entries()) {
    if (before === '') line = index + 1;
    if (each.endsWith('\\')) {
      before += each.slice(0, -1);
      continue;
    }
    lines.push({ text: (before + each).trim(), line, endLine: index + 1 });
    before = '';
  }
  return before === '' ? lines : [...lines, { text: before.trim(), line, endLine: line }];
}

function readSection(
  lines: readonly Line[],
  position: { at: number },
  file: string,
): readonly ApacheDirective[] {
  const directives: ApacheDirective[] = [];
  for (let each = lines[position.at]; each !== undefined; each = lines[position.at]) {
    position.at += 1;
    const { text, line, endLine } = each;
    if (text.startsWith('</')) break;
    const opens = text.startsWith('<');
    const [name = '', ...args] = wordsOf(opens ? text.slice(1).replace(/>$/, '') : text);
    const block = opens ? readSection(lines, position, file) : null;
    directives.push({ name: name.toLowerCase(), args, file, line, endLine, block });
  }
  return directives;
}

/** In quotes, a backslash makes a letter of a quote and of itself, and is one before anything else. */
function wordsOf(text: string): readonly string[] {
  const word = /"((?:\\.|[^"\\])*)"?|'((?:\\.|[^'\\])*)'?|\S+/g;
  return [...text.matchAll(word)].map(
    ([whole, double, single]) => (double ?? single)?.replaceAll(/\\(["'\\])/g, '$1') ?? whole,
  );
}
