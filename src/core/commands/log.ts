/** `log`: one piece of a job's log, read where it lies, cut between characters. */
import { ok, type Result } from '../../contract/errors.ts'
import { type LogView, readStream, stretchAt } from '../logs/log-file.ts'
import type { Handler } from './command.ts'
import { findLog, type LogPlace } from './log-place.ts'

export const log: Handler<'log'> = (scope, input) => {
  const found = findLog(scope, input)
  if (!found.ok) return found
  const { path, attempt, open } = found.value
  const piece = readPiece(found.value, input.from, input.length)
  if (!piece.ok) return piece
  const { view, from, bytes } = piece.value
  return ok({
    path,
    attempt,
    from,
    size: view.size,
    bytes: bytes.length,
    text: bytes.toString('utf8'),
    gap: view.gap,
    open,
  })
}

type Piece = { view: LogView; from: number; bytes: Buffer }

/** The log may be cut while we read it; then the bytes may come from two places, and we read again. */
function readPiece(place: LogPlace, from: number, length: number): Result<Piece> {
  for (let tries = 0; ; tries += 1) {
    const before = place.look()
    if (!before.ok) return before
    const piece = pieceOf(before.value, from, length, place.open)
    const after = place.look()
    if (!after.ok) return after
    if (sameGap(before.value, after.value) || tries === 4) return ok(piece)
  }
}

function sameGap(a: LogView, b: LogView): boolean {
  return a.gap?.to === b.gap?.to && a.size <= b.size
}

/** The longest UTF-8 character. */
const characterBytes = 4

function pieceOf(view: LogView, asked: number, length: number, open: boolean): Piece {
  const wanted = asked < 0 ? Math.max(0, view.size + asked) : asked
  // Past the end of a log that still grows, a follower keeps its offset: the log may be in the middle of a cut.
  if (wanted > view.size && open) return { view, from: wanted, bytes: Buffer.alloc(0) }
  const stretch = stretchAt(view, wanted)
  const first = view.gap && stretch.start >= view.gap.to ? view.gap.to : 0
  const margin = Math.min(characterBytes - 1, stretch.start - first)
  const raw = readStream(view, stretch.start - margin, margin + length + 2 * characterBytes)
  const start = Math.min(afterCharacter(raw, margin), raw.length)
  const from = stretch.start - margin + start
  const limit = Math.min(raw.length, start + length)
  const atEnd = from + (limit - start) >= stretch.end
  const mayGrow = open && stretch.end === view.size
  const whole = beforeCharacter(raw, start, limit)
  // Nothing can complete a partial character at the end of an ended log: it is shown as it is.
  let end = atEnd && !mayGrow ? limit : whole
  if (end === start && !atEnd) end = Math.min(raw.length, afterCharacter(raw, start + 1))
  return { view, from, bytes: raw.subarray(start, end) }
}

/** Length that a character's first byte announces; 1 for everything that is no such byte. */
function announced(byte: number): number {
  return byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 ? (byte < 0xf0 ? 3 : 1) : byte >= 0xc2 ? 2 : 1
}

const continues = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80

/** `at`, or the end of the character that `at` would split. */
function afterCharacter(bytes: Buffer, at: number): number {
  for (let back = 1; back < characterBytes && back <= at; back += 1) {
    const first = bytes[at - back] ?? 0
    if (continues(first)) continue
    const left = announced(first) - back
    let end = at
    while (end - at < left && continues(bytes[end])) end += 1
    return end
  }
  return at
}

/** `at`, or the start of a character that begins before `at` and isn't whole there; never before `from`. */
function beforeCharacter(bytes: Buffer, from: number, at: number): number {
  for (let back = 1; back < characterBytes && at - back >= from; back += 1) {
    const first = bytes[at - back] ?? 0
    if (continues(first)) continue
    return announced(first) > back ? at - back : at
  }
  return at
}
