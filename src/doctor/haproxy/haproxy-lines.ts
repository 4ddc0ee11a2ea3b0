/** One line of HAProxy's configuration that says something. */
export type HaproxyLine = { readonly words: readonly string[]; readonly place: string };

/** The lines of one file, as parse_line of src/tools.c takes them apart (configuration manual, 2.2). */
export function haproxyLines(text: string, file: string): readonly HaproxyLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const words = wordsOf(line);
    return words.length === 0 ? [] : [{ words, place: `${file}:${index + 1}` }];
  });
}

/**
 * A comment begins at any `#` outside of quotes. In double quotes a variable stays as it is written, since it is the
 * server's environment that fills it in.
 */
const piece =
  /(?<space>[ \t]+)|(?<comment>#.*)|'(?<strong>[^']*)'?|"(?<weak>(?:\\.|[^"\\])*)"?|\\(?<escaped>.)|(?<letters>[^ \t#'"\\]+)|./gs;

function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const { groups = {} } of line.matchAll(piece)) {
    const { space, comment, strong, weak, escaped, letters } = groups;
    if (comment !== undefined) break;
    if (space !== undefined) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const more = strong ?? weak?.replaceAll(/\\(.)/gs, (_, char: string) => letterOf(char));
    word = (word ?? '') + (more ?? letters ?? letterOf(escaped ?? ''));
  }
  return word === null ? words : [...words, word];
}

function letterOf(escaped: string): string {
  const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return controls[escaped] ?? escaped;
}
