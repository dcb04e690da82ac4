/**
 * `log-search`: lines of a job's log that contain a text, whatever its case. One call scans a bounded part and
 * returns where to continue; between chunks other work gets its turn.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { ok } from '../../contract/errors.ts'
import { readStream, stretchAt } from '../logs/log-file.ts'
import type { Handler } from './command.ts'
import { findLog } from './log-place.ts'

/** Scanned in one call. */
export const searchBytesPerCall = 64 * 1_048_576
const chunkBytes = 1_048_576
/** Of a longer line only the text around the match is shown. */
const shownCharacters = 400

type Match = { offset: number; line: string }

export const logSearch: Handler<'log-search'> = async (scope, input) => {
  const found = findLog(scope, input)
  if (!found.ok) return found
  const needle = input.query.toLowerCase()
  const overlap = Buffer.byteLength(needle) - 1
  const matches: Match[] = []
  let scanned = 0
  let at = input.from
  for (;;) {
    const view = found.value.look() // again for each chunk: the log of a running job may be cut meanwhile
    if (!view.ok) return view
    const stretch = stretchAt(view.value, at)
    at = stretch.start
    const chunk = readStream(view.value, at, chunkBytes)
    if (chunk.length === 0) return ok({ matches, next: null })
    const isLast = at + chunk.length >= stretch.end
    const lastBreak = chunk.lastIndexOf(10)
    const end = isLast || lastBreak === -1 ? chunk.length : lastBreak + 1
    for (const match of matchesIn(chunk.subarray(0, end), needle)) {
      matches.push({ offset: at + match.offset, line: match.line })
      if (matches.length === input.limit) {
        const next = at + match.next
        return ok({ matches, next: next < view.value.size ? next : null })
      }
    }
    // A chunk that is all one line: its end is scanned again, so that no match is split.
    const step = isLast || lastBreak !== -1 ? end : Math.max(1, end - overlap)
    at += step
    scanned += step
    if (isLast && stretch.end >= view.value.size) return ok({ matches, next: null })
    if (scanned >= searchBytesPerCall) return ok({ matches, next: at })
    await breathe()
  }
}

/** One match for each line; `offset` and `next` (the line after it) count from the chunk's start. */
function* matchesIn(chunk: Buffer, needle: string): Generator<Match & { next: number }> {
  if (!chunk.toString('utf8').toLowerCase().includes(needle)) return
  for (let start = 0; start < chunk.length; ) {
    const lineBreak = chunk.indexOf(10, start)
    const next = lineBreak === -1 ? chunk.length : lineBreak + 1
    const text = chunk.toString('utf8', start, lineBreak === -1 ? next : lineBreak)
    const place = text.toLowerCase().indexOf(needle)
    if (place !== -1) yield { ...shown(chunk, { start, text, place }), next }
    start = next
  }
}

/** A line as it is; of a very long one the part around the match, with that part's own offset. */
function shown(chunk: Buffer, line: { start: number; text: string; place: number }): Match {
  const { start, text, place } = line
  if (text.length <= shownCharacters) return { offset: start, line: text.replace(/\r$/, '') }
  const from = Math.max(0, place - shownCharacters / 4)
  const part = text.slice(from, from + shownCharacters).toWellFormed()
  // Decoding turns each broken byte into three: only text that survives it gives its own length in bytes.
  const before = text.slice(0, from)
  const bytes = Buffer.byteLength(before)
  const exact = chunk.toString('utf8', start, start + bytes) === before
  return { offset: exact ? start + bytes : start, line: part }
}
