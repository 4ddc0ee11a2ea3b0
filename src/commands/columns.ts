import { plainText } from '../core/text/plain-text.ts';

/** The titles of a table and what stands below each. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string>>;

export type Table = {
  readonly head: string;
  /** What stands of each row, in the order given. */
  readonly rows: readonly string[];
};

/** The first of several sets of columns for which there is room; null where there is room for none. */
export function fitColumns<Row>(
  variants: readonly Columns<Row>[],
  rows: readonly Row[],
  width: number,
): Table | null {
  for (const columns of variants) {
    const titles = Object.keys(columns);
    const cells = rows.map(row => cellsOf(row, columns));
    const widths = titles.map((title, index) =>
      Math.max(title.length, ...cells.map(row => row[index]?.length ?? 0)),
    );
    if (widths.reduce((sum, column) => sum + column + 2, -2) > width) continue;
    return { head: line(titles, widths), rows: cells.map(row => line(row, widths)) };
  }
  return null;
}

export function cellsOf<Row>(row: Row, columns: Columns<Row>): readonly string[] {
  return Object.values(columns).map(cell => plainText(cell(row)));
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
