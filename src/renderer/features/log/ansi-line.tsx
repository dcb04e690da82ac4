/**
 * Owns drawing one log line with its colours. Very long lines are cut: a browser can't lay out a megabyte in a row.
 */

import Anser from 'anser'
import { type CSSProperties, Fragment, memo, type ReactNode } from 'react'
import { escapedLog } from '../../../contract/escapes.ts'

const longestChars = 4_000
/** Links and titles (OSC): a terminal shows none of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin and end with control characters
const commands = /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)/g

/** The text after the last carriage return of a line: what a terminal would still show of a progress bar. */
function overwritten(line: string): string {
  const clean = line.endsWith('\r') ? line.slice(0, -1) : line
  return clean.slice(clean.lastIndexOf('\r') + 1)
}

export const AnsiLine = memo(function AnsiLine({ line, query }: { line: string; query: string }) {
  const shown = escapedLog(overwritten(line.includes('\u001b]') ? line.replace(commands, '') : line))
  const cut = shown.length > longestChars ? shown.slice(0, longestChars) : shown
  const more = shown.length - cut.length
  const parts = cut.includes('\u001b')
    ? Anser.ansiToJson(cut, { json: true, use_classes: true, remove_empty: true })
    : null
  return (
    <>
      {parts
        ? parts.map((part, index) => (
            <span
              // Parts of a line never change their order.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              key={index}
              className={[
                part.fg,
                part.bg && `${part.bg}-bg`,
                ...part.decorations.map((d) => `ansi-${d}`),
              ].join(' ')}
              style={{
                ...colourStyle('color', part.fg, part.fg_truecolor),
                ...colourStyle('backgroundColor', part.bg, part.bg_truecolor),
              }}
            >
              {marked(part.content, query)}
            </span>
          ))
        : marked(cut, query)}
      {more > 0 && <span className="log-more"> … {more.toLocaleString('en')} more characters</span>}
    </>
  )
})

/**
 * A colour of 256 or of millions, moved as far towards the theme's own light or dark as it takes to be read; the
 * sixteen named ones are classes.
 */
function colourStyle(
  property: 'color' | 'backgroundColor',
  name: string | null,
  rgb: string | null,
): CSSProperties {
  const palette = /^ansi-palette-(\d+)$/.exec(name ?? '')?.[1]
  const shade = palette === undefined ? name === 'ansi-truecolor' && rgb : paletteRgb(Number(palette))
  if (!shade) return {}
  const lightness = property === 'color' ? ['min(l, 0.5)', 'max(l, 0.75)'] : ['max(l, 0.9)', 'min(l, 0.35)']
  const [light, dark] = lightness.map((l) => `oklch(from rgb(${shade}) ${l} c h)`)
  return { [property]: `light-dark(${light}, ${dark})` }
}

/** 16–231 are a cube of six steps, 232–255 greys. */
function paletteRgb(index: number): string {
  if (index >= 232) return Array.from({ length: 3 }, () => 8 + (index - 232) * 10).join(', ')
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40)
  const cube = index - 16
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(step).join(', ')
}

function marked(text: string, query: string): ReactNode {
  if (query === '') return text
  const lower = text.toLowerCase()
  const wanted = query.toLowerCase()
  const pieces: ReactNode[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    pieces.push(<Fragment key={`t${from}`}>{text.slice(from, at)}</Fragment>)
    pieces.push(<mark key={`m${at}`}>{text.slice(at, at + wanted.length)}</mark>)
    from = at + wanted.length
  }
  if (pieces.length === 0) return text
  pieces.push(<Fragment key="rest">{text.slice(from)}</Fragment>)
  return pieces
}
