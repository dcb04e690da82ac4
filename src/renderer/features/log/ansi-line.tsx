/**
 * Owns drawing one log line with its colours. Very long lines are cut: a browser can't lay out a megabyte in a row.
 */

import Anser from 'anser'
import { Fragment, memo, type ReactNode } from 'react'
import { escapedLog } from '../../../contract/escapes.ts'

const longestChars = 4_000

/** The text after the last carriage return of a line: what a terminal would still show of a progress bar. */
function overwritten(line: string): string {
  const clean = line.endsWith('\r') ? line.slice(0, -1) : line
  return clean.slice(clean.lastIndexOf('\r') + 1)
}

export const AnsiLine = memo(function AnsiLine({ line, query }: { line: string; query: string }) {
  const shown = escapedLog(overwritten(line))
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
                ...(part.fg === 'ansi-truecolor' ? { color: `rgb(${part.fg_truecolor})` } : {}),
                ...(part.bg === 'ansi-truecolor' ? { backgroundColor: `rgb(${part.bg_truecolor})` } : {}),
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
