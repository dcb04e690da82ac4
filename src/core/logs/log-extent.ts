/**
 * Which parts of a job's log exist. While a job writes more than its limit, the middle of its log is removed
 * from the disk; the launcher notes what is missing in a small file beside the log. Both launchers and
 * every reader of logs use this file; when the job has ended the log is whole again, with a line in the gap.
 */
import { lstatSync, readFileSync, statSync } from 'node:fs'

/** Bytes at the start of a log that are always kept. */
export const LOG_HEAD_BYTES = 64 * 1024

/** The log as a reader should show it: `before` the gap, the number of bytes left out, and what comes `after`. */
export type LogExtent = {
  /** All bytes the job wrote so far, including those left out. */
  writtenBytes: number
  leftOutBytes: number
  /** Byte ranges of files, in order; without a gap there is one. `end` is exclusive. */
  before: LogPiece[]
  after: LogPiece[]
}

/** A byte range of a file; `end` is exclusive. */
export type LogPiece = { path: string; start: number; end: number }

/** The note beside a log that is being cut. */
export const cutNotePath = (logPath: string) => `${logPath}.cut`

/** Where the last part is kept on disks that can't punch holes. */
export const keptTailPath = (logPath: string) => `${logPath}.tail`

/**
 * How to read this log right now. A missing log has no bytes. The result is a snapshot: the gap of a
 * running job grows, so read again after each read that may have crossed it.
 */
export function readLogExtent(path: string): LogExtent {
  const size = sizeOf(path)
  const note = readNote(path)
  if (note === null)
    return { writtenBytes: size, leftOutBytes: 0, before: [{ path, start: 0, end: size }], after: [] }
  const { gapStart, gapEnd, leftOut, tail } = note
  const after = [{ path, start: Math.min(gapEnd, size), end: size }]
  if (tail > 0) after.unshift({ path: keptTailPath(path), start: 0, end: tail })
  const moved = leftOut - (gapEnd - gapStart) + tail
  return {
    writtenBytes: size + moved,
    leftOutBytes: leftOut,
    before: [{ path, start: 0, end: Math.min(gapStart, size) }],
    after,
  }
}

/** The note is one line: `gapStart gapEnd leftOutBytes tailBytes`, padded so that it is replaced in one write. */
function readNote(path: string) {
  let text: string
  try {
    const note = cutNotePath(path)
    if (!lstatSync(note).isFile()) return null
    text = readFileSync(note, 'utf8')
  } catch {
    return null
  }
  const [gapStart = 0, gapEnd = 0, leftOut = 0, tail] = text.trim().split(/\s+/).map(Number)
  return tail === undefined ? null : { gapStart, gapEnd, leftOut, tail }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
