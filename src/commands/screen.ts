import type { WriteStream } from 'node:tty';

export type Screen = {
  /** Columns; null where the text does not go to a terminal, or to one that says it has none. */
  readonly width: number | null;
  readonly color: boolean;
};

/** What standard output is written to. `NO_COLOR`: no-color.org, set to anything but nothing. */
export function screenOf(
  { isTTY, columns }: Pick<WriteStream, 'columns'> & { readonly isTTY?: boolean },
  noColor: string | undefined,
): Screen {
  if (isTTY !== true) return { width: null, color: false };
  return { width: columns || null, color: !noColor };
}
