/**
 * Owns reading a job's log as the stream that the job wrote: offsets count every byte written, also those that
 * the log limit left out, so they stay true while a log is being cut and after it has been made whole again.
 * Opens nothing but regular files below `<home>/logs`, and never reads more than was requested.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { LOG_HEAD_BYTES, type LogPiece, readLogExtent } from './log-extent.ts'

/** Bytes `start`…`end` (exclusive) of the stream, kept in `path` from `fileStart` on. */
type Span = { path: string; fileStart: number; start: number; end: number }

/** A log at one moment. `spans` are in order and hold every byte that is there. */
export type LogView = {
  size: number
  gap: { from: number; to: number } | null
  spans: Span[]
}

const nothing: LogView = { size: 0, gap: null, spans: [] }

/**
 * How the log stands now; a missing log is empty (a job without output has none). `writtenBytes` is what the
 * launcher counted when the attempt ended, null while it runs. Errors: `not-possible` for links, special files
 * and everything outside the folder of logs.
 */
export function viewLog(home: string, file: string, writtenBytes: number | null): Result<LogView> {
  const look = lstatSync(file, { throwIfNoEntry: false })
  if (!look) return ok(nothing)
  if (!look.isFile()) return refuse(file, look.isSymbolicLink() ? 'a symbolic link' : 'not a regular file')
  if (!isBelow(path.join(home, 'logs'), file))
    return refuse(file, 'in a folder that leads out of the folder of logs')
  const extent = readLogExtent(file)
  if (extent.leftOutBytes === 0 && writtenBytes !== null) return ok(madeWhole(file, look.size, writtenBytes))
  const before = place(extent.before, 0)
  const gapFrom = before.at(-1)?.end ?? 0
  const after = place(extent.after, gapFrom + extent.leftOutBytes)
  const gap = extent.leftOutBytes > 0 ? { from: gapFrom, to: gapFrom + extent.leftOutBytes } : null
  const spans = [...before, ...after].filter(({ start, end }) => end > start)
  return ok({ size: Math.max(extent.writtenBytes, gap?.to ?? 0), gap, spans })
}

function refuse(file: string, what: string): Result<never> {
  return fail('not-possible', `The log ${file} is ${what}, so it is not read.`)
}

/** True when the folder of `file` really is inside `folder` (which itself may be a link the user made). */
function isBelow(folder: string, file: string): boolean {
  const real = realpathSync(folder)
  return realpathSync(path.dirname(file)).startsWith(real + path.sep)
}

function place(pieces: readonly LogPiece[], from: number): Span[] {
  let at = from
  return pieces.map((piece) => {
    const start = at
    at += Math.max(0, piece.end - piece.start)
    return { path: piece.path, fileStart: piece.start, start, end: at }
  })
}

const mark = /^\n\[slipway: [^\n]{1,40} of output left out here\]\n/

/**
 * A log that was cut and made whole has a line where the gap was. What follows it is the end of the stream, so
 * the length of the whole shows where the gap ends. Anything else is read as it is.
 */
function madeWhole(file: string, size: number, written: number): LogView {
  const whole = { size, gap: null, spans: [{ path: file, fileStart: 0, start: 0, end: size }] }
  if (written === size || size <= LOG_HEAD_BYTES) return whole
  const found = mark.exec(readPart(file, LOG_HEAD_BYTES, 128).toString('latin1'))
  const tailAt = LOG_HEAD_BYTES + (found?.[0].length ?? 0)
  const gapTo = written - (size - tailAt)
  if (!found || gapTo <= LOG_HEAD_BYTES) return whole
  return {
    size: written,
    gap: { from: LOG_HEAD_BYTES, to: gapTo },
    spans: [
      { path: file, fileStart: 0, start: 0, end: LOG_HEAD_BYTES },
      { path: file, fileStart: tailAt, start: gapTo, end: written },
    ].filter(({ start, end }) => end > start),
  }
}

/** Up to `length` bytes of the stream from `from` on; fewer at the gap, at the end, or when the log was just cut. */
export function readStream(view: LogView, from: number, length: number): Buffer {
  const parts: Buffer[] = []
  let at = from
  for (const span of view.spans) {
    if (at < span.start || at >= span.end) continue
    const wanted = Math.min(from + length, span.end) - at
    const part = wanted > 0 ? readPart(span.path, span.fileStart + at - span.start, wanted) : Buffer.alloc(0)
    parts.push(part)
    at += part.length
    if (part.length < wanted) break
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

/** Start and end of the bytes that can be read from `from` on: the gap is skipped. */
export function stretchAt(view: LogView, from: number): { start: number; end: number } {
  const { gap, size } = view
  if (!gap) return { start: Math.min(from, size), end: size }
  if (from < gap.from) return { start: from, end: gap.from }
  return { start: Math.min(Math.max(from, gap.to), size), end: size }
}

/** A file that vanished before it was read (it was made whole) has no bytes; the next view finds it. */
function readPart(file: string, start: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  let fd: number
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ELOOP') return Buffer.alloc(0)
    throw new Error(`the log ${file} can't be read`, { cause })
  }
  try {
    if (!fstatSync(fd).isFile()) return Buffer.alloc(0)
    let got = 0
    while (got < length) {
      const more = readSync(fd, buffer, got, length - got, start + got)
      if (more === 0) break
      got += more
    }
    return buffer.subarray(0, got)
  } finally {
    closeSync(fd)
  }
}
