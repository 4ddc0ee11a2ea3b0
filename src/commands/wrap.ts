type Shape = {
  /** Columns that a line may have. */
  readonly width: number;
  /** What the first line begins with, and what every further one does. */
  readonly first: string;
  readonly next: string;
};

/** Breaks text between words. A word that is too long for a line stays whole: a path or URL is to be copied. */
export function wrap(text: string, { width, first, next }: Shape): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let indent = first;
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      indent = next;
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}
