/**
 * Owns the part of a log that is in memory: a run of neighbouring chunks, cut into lines. A log of any size opens at
 * once, because only this window is read. Pure.
 */

export type Chunk = {
  /** Byte offset in the log. */
  from: number
  bytes: number
  text: string
}

export type LogWindow = {
  chunks: readonly Chunk[]
  lines: readonly string[]
  /** Byte offset of the first line shown, and of the end of the last. */
  from: number
  to: number
  /** Size of the log at the last read. */
  size: number
}

export const chunkBytes = 262_144
/** Enough for some ten thousand lines; more costs memory and gains nothing. */
const mostChunks = 8

export const emptyWindow: LogWindow = { chunks: [], lines: [], from: 0, to: 0, size: 0 }

/** A window of just this chunk. */
export function openAt(chunk: Chunk, size: number): LogWindow {
  return make([chunk], size)
}

/** The window with what comes after it; the far end is let go when it becomes too large. */
export function append(window: LogWindow, chunk: Chunk, size: number): LogWindow {
  if (chunk.bytes === 0) return { ...window, size }
  if (chunk.from !== window.to) return openAt(chunk, size)
  const last = window.chunks.at(-1)
  // Following a log reads small pieces; they are joined so that the number of chunks stays a measure of size.
  const joined =
    last && last.bytes + chunk.bytes <= chunkBytes
      ? [
          ...window.chunks.slice(0, -1),
          { from: last.from, bytes: last.bytes + chunk.bytes, text: last.text + chunk.text },
        ]
      : [...window.chunks, chunk]
  return make(joined.slice(-mostChunks), size)
}

/** The window with what comes before it, and how many lines that added above. */
export function prepend(window: LogWindow, chunk: Chunk, size: number): { window: LogWindow; added: number } {
  const all = [chunk, ...window.chunks]
  const whole = make(all, size)
  const added = whole.lines.length - window.lines.length
  return { window: make(all.slice(0, mostChunks), size), added }
}

/** Index of the line in which the byte at `offset` lies; the nearest one when it is outside. */
export function lineAt(window: LogWindow, offset: number): number {
  let line = 0
  for (const chunk of window.chunks) {
    if (offset >= chunk.from + chunk.bytes) {
      line += countBreaks(chunk.text, chunk.text.length)
      continue
    }
    const bytes = new TextEncoder().encode(chunk.text)
    const before = new TextDecoder().decode(bytes.subarray(0, Math.max(0, offset - chunk.from)))
    line += countBreaks(before, before.length)
    break
  }
  const dropped = droppedFirst(window.chunks) ? 1 : 0
  return Math.max(0, Math.min(window.lines.length - 1, line - dropped))
}

function droppedFirst(chunks: readonly Chunk[]): boolean {
  const [first] = chunks
  return first !== undefined && first.from > 0 && first.text.includes('\n')
}

function countBreaks(text: string, until: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < until; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function make(chunks: readonly Chunk[], size: number): LogWindow {
  const lines = chunks
    .map((c) => c.text)
    .join('')
    .split('\n')
  const [first] = chunks
  const last = chunks.at(-1)
  // The piece before the first line break belongs to a line that begins before the window.
  if (droppedFirst(chunks)) lines.shift()
  if (lines.at(-1) === '') lines.pop()
  return { chunks, lines, from: first?.from ?? 0, to: last ? last.from + last.bytes : 0, size }
}

/** Whether the lines hold what no text has: a NUL, or more than a few bytes that are no UTF-8. */
export function isBinary(lines: readonly string[]): boolean {
  const sample = lines.slice(0, 200).join('\n')
  return sample.includes('\u0000') || sample.split('\ufffd').length > 20
}

const failureWords =
  /(?:error|exception|fatal|panic)\b|\b(?:traceback|failed|killed|aborted)\b|segmentation fault/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
const colours = /\u001b\[[0-9;]*[A-Za-z]/g
/** A traceback is rarely longer. */
const burstLines = 40

/** Index of the line that most likely says what went wrong: where the last burst of such lines begins. */
export function failureLine(lines: readonly string[]): number | null {
  const withoutColours = (index: number) => (lines[index] ?? '').replace(colours, '')
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    if (!failureWords.test(withoutColours(index))) continue
    let first = index
    for (let up = index; up >= 0 && index - up < burstLines; up -= 1)
      if (/traceback|^\s*(?:fatal|panic)/i.test(withoutColours(up))) first = up
    return first
  }
  return null
}
