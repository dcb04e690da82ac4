/**
 * Owns how many columns a text takes on a terminal, and fitting it into a given number of them.
 * The exact count is loaded only when there is more than ASCII: that keeps starting fast.
 */
import { createRequire } from 'node:module'
import { stripVTControlCharacters } from 'node:util'

const ASCII = /^[\u0020-\u007e]*$/
let exact: ((text: string) => number) | undefined

/** Columns that `text` takes; colours take none. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  const bare = stripVTControlCharacters(text)
  if (ASCII.test(bare)) return bare.length
  exact ??= (createRequire(import.meta.url)('string-width') as { default: (text: string) => number }).default
  return exact(bare)
}

/** Fills `text` with spaces up to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + space : space + text
}

/** Shortens uncoloured text to at most `width` columns, with an ellipsis where something was left out. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const columns = widthOf(segment)
    if (used + columns > width - 1) break
    kept += segment
    used += columns
  }
  return width > 0 ? `${kept}…` : ''
}
