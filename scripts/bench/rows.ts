/** One line of the table. `met` null: nothing is asked of it, or it could not be measured. */
export type Row = {
  readonly what: string;
  readonly found: string;
  readonly asked: string | null;
  readonly met: boolean | null;
};

/** A row that is met where the figure is at most what is asked. */
export function atMost(what: string, figure: number, asked: number, unit: string, more = ''): Row {
  const found = `${shown(figure)} ${unit}${more === '' ? '' : ` (${more})`}`;
  return { what, found, asked: `≤ ${asked} ${unit}`, met: figure <= asked };
}

/** A row that nothing is asked of. */
export function told(what: string, found: string): Row {
  return { what, found, asked: null, met: null };
}

export function shown(figure: number): string {
  return figure.toFixed(Math.abs(figure) < 10 ? 2 : Math.abs(figure) < 100 ? 1 : 0);
}

export function cellsOf({ what, found, asked, met }: Row): readonly string[] {
  return [what, found, asked ?? '', met === null ? '' : met ? 'met' : 'MISSED'];
}

/** Prints a table whose columns are as wide as their widest cell; an empty row is an empty line. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const columns = Math.max(...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map(row => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    console.log(cells.join('  ').trimEnd());
  }
}
