/** Where a printer writes its text. */
export type Write = (text: string) => void;

/** Rows that are laid out in columns when they are flushed. */
export interface Table {
  row(cells: readonly string[]): void;
  /** Writes the rows since the last flush. */
  flush(): void;
}

const PADDING = 3;

/**
 * A table as Go's tabwriter lays it out: left aligned, each column three spaces wider than its widest cell, the last
 * column not padded. What is flushed together is aligned together, and alone; with `keepWidths` the columns only ever
 * grow, so that later rows stay under the earlier ones where those are still in sight.
 */
export function table(write: Write, { keepWidths = false } = {}): Table {
  let rows: (readonly string[])[] = [];
  let widths: number[] = [];
  return {
    row: (cells) => void rows.push(cells.map(printable)),
    flush() {
      if (rows.length === 0) return;
      if (!keepWidths) widths = [];
      for (const row of rows) widen(widths, row);
      write(rows.map((row) => `${layOut(row, widths)}\n`).join(''));
      rows = [];
    },
  };
}

/** The last cell of a row has no say: nothing stands to its right. */
function widen(widths: number[], row: readonly string[]): void {
  for (const [column, cell] of row.slice(0, -1).entries()) {
    widths[column] = Math.max(widths[column] ?? 0, runes(cell) + PADDING);
  }
}

function layOut(row: readonly string[], widths: readonly number[]): string {
  const last = row.length - 1;
  return row
    .map((cell, column) => (column === last ? cell : cell + ' '.repeat((widths[column] ?? 0) - runes(cell))))
    .join('');
}

/** Code points, the measure of Go; not the width on a screen. */
function runes(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * A resource's text may come from another node: a line break or tab in it would break the table, an escape sequence
 * would reach the terminal. Such characters are shown as JSON would escape them.
 */
export function printable(cell: string): string {
  return cell.replace(/\p{Cc}/gu, (char) => NAMED[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };
