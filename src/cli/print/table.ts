/** Owns aligned tables on a terminal. Cells are final text (already escaped), coloured or not. */
import { pad, widthOf } from './width.ts'

export type Column = { title: string; align?: 'left' | 'right' }

/** Widths that fit the titles and all rows. */
export function widthsOf(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), widthOf(column.title)),
  )
}

/** One line of a table; the last column is not padded. */
export function tableRow(
  columns: readonly Column[],
  widths: readonly number[],
  row: readonly string[],
): string {
  return columns
    .map((column, i) => {
      const cell = row[i] ?? ''
      const last = i === columns.length - 1 && column.align !== 'right'
      return last ? cell : pad(cell, widths[i] ?? 0, column.align)
    })
    .join('  ')
    .trimEnd()
}

/** The whole table, one string for each line, the title first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(columns, rows)
  const title = columns.map((column) => column.title)
  return [title, ...rows].map((row) => tableRow(columns, widths, row))
}
