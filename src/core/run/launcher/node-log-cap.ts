/**
 * Keeps one job's log near its limit, for the Node launcher. The job writes straight to the file and must
 * never notice: when the file has grown past the limit, its last part is copied aside and the file is
 * truncated to its head; the job's descriptor appends, so its next output lands behind the head. Output that
 * arrives between the copy and the truncation is left out with the rest.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { cutNotePath, keptTailPath, LOG_HEAD_BYTES } from './log-extent.ts'

/** A job is first looked at after so long; one that has ended by then costs nothing. */
export const FIRST_LOOK_MS = 25

const NEXT_LOOK_MS = { least: 5, most: 1000 }
const COPY_BYTES = 1024 * 1024
const LINE_SEARCH_BYTES = 4096

type Range = { fd: number; start: number; end: number }

/** Watches one log. `fd` must be open for reading and appending; it stays the caller's to close. */
export class NodeLogCap {
  readonly #path: string
  readonly #fd: number
  readonly #limit: number
  #leftOut = 0
  #tail = 0
  #seen = 0
  #seenAt = performance.now()
  #pauseMs = FIRST_LOOK_MS

  constructor(path: string, fd: number, limitBytes: number) {
    this.#path = path
    this.#fd = fd
    this.#limit = Math.max(0, limitBytes)
  }

  /** Looks once, cuts if needed, and answers after how many ms to look again. Never throws. */
  look(): number {
    const now = performance.now()
    const size = fstatSync(this.#fd).size
    const perMs = Math.max(0, size - this.#seen) / Math.max(1, now - this.#seenAt)
    const slack = Math.max(LOG_HEAD_BYTES, this.#limit / 4)
    const most = LOG_HEAD_BYTES + this.#limit + slack
    if (size > most) this.#cut(size)
    this.#seen = fstatSync(this.#fd).size
    this.#seenAt = now
    const untilFull = perMs === 0 ? Number.POSITIVE_INFINITY : Math.max(slack, most - this.#seen) / perMs / 2
    this.#pauseMs = Math.min(untilFull, this.#pauseMs * 2, NEXT_LOOK_MS.most)
    this.#pauseMs = Math.max(this.#pauseMs, NEXT_LOOK_MS.least)
    return this.#pauseMs
  }

  /**
   * When nothing writes any more: an empty log is removed, a cut one becomes one file with a line in its gap.
   * If the disk is too full for that, the parts and the note beside them stay, and `readLogExtent` reads them.
   */
  finish(): { logBytes: number; logCut: boolean } {
    const size = fstatSync(this.#fd).size
    const logBytes = size + this.#tail + this.#leftOut
    if (size === 0) rmSync(this.#path, { force: true })
    if (this.#leftOut === 0 && size <= LOG_HEAD_BYTES + this.#limit) return { logBytes, logCut: false }
    try {
      this.#assemble(size)
      return { logBytes, logCut: true }
    } catch {
      rmSync(`${this.#path}.new`, { force: true })
      return { logBytes, logCut: this.#leftOut > 0 }
    }
  }

  #cut(size: number): void {
    const next = `${this.#path}.tail.new`
    try {
      const out = openSync(next, 'w', 0o600)
      const end = copy(out, { fd: this.#fd, start: size - this.#limit, end: size })
      closeSync(out)
      renameSync(next, keptTailPath(this.#path))
      const lost = fstatSync(this.#fd).size - end
      this.#leftOut += this.#tail + size - LOG_HEAD_BYTES - this.#limit + lost
      this.#tail = this.#limit
    } catch {
      // No room for a copy: the job's progress and the disk matter more than the middle of its log.
      rmSync(next, { force: true })
      rmSync(keptTailPath(this.#path), { force: true })
      this.#leftOut += this.#tail + size - LOG_HEAD_BYTES
      this.#tail = 0
    }
    ftruncateSync(this.#fd, LOG_HEAD_BYTES)
    this.#note()
  }

  #note(): void {
    const numbers = [LOG_HEAD_BYTES, LOG_HEAD_BYTES, this.#leftOut, this.#tail]
    try {
      writeFileSync(cutNotePath(this.#path), `${numbers.join(' ').padEnd(95)}\n`, { mode: 0o600 })
    } catch {
      // Readers show head and rest without the line between them until the job has ended.
    }
  }

  #assemble(size: number): void {
    const fromLog = Math.min(this.#limit, size - LOG_HEAD_BYTES)
    const fromTail = Math.min(this.#limit - fromLog, this.#tail)
    const tailFd = fromTail > 0 ? openSync(keptTailPath(this.#path), 'r') : -1
    const parts: Range[] = [{ fd: this.#fd, start: size - fromLog, end: size }]
    if (fromTail > 0) parts.unshift({ fd: tailFd, start: this.#tail - fromTail, end: this.#tail })
    const first = parts[0]
    if (first !== undefined) first.start = afterNewline(first)
    const kept = parts.reduce((sum, part) => sum + part.end - part.start, 0)
    const leftOut = size + this.#tail + this.#leftOut - LOG_HEAD_BYTES - kept
    const out = openSync(`${this.#path}.new`, 'w', 0o600)
    try {
      copy(out, { fd: this.#fd, start: 0, end: LOG_HEAD_BYTES })
      writeSync(out, `\n[slipway: ${formatBytes(leftOut)} of output left out here]\n`)
      for (const part of parts) copy(out, part)
    } finally {
      closeSync(out)
      if (tailFd !== -1) closeSync(tailFd)
    }
    renameSync(`${this.#path}.new`, this.#path)
    rmSync(keptTailPath(this.#path), { force: true })
    rmSync(cutNotePath(this.#path), { force: true })
  }
}

/** `9.2 GB`; decimal units. The native launcher writes the same. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  for (const [unit, size] of [
    ['kB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
  ] as const)
    if (bytes < size * 999.95) return `${(bytes / size).toFixed(1)} ${unit}`
  return `${(bytes / 1e12).toFixed(1)} TB`
}

/** Copies a range and answers the offset it got to. */
function copy(out: number, range: Range): number {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(COPY_BYTES, range.end - range.start)))
  let at = range.start
  while (at < range.end) {
    const got = readSync(range.fd, buffer, 0, Math.min(buffer.length, range.end - at), at)
    if (got === 0) break
    for (let done = 0; done < got; ) done += writeSync(out, buffer, done, got - done)
    at += got
  }
  return at
}

/** The tail begins with a whole line if a line ends soon. */
function afterNewline(range: Range): number {
  const buffer = Buffer.alloc(Math.min(LINE_SEARCH_BYTES, range.end - range.start))
  const got = readSync(range.fd, buffer, 0, buffer.length, range.start)
  const at = buffer.subarray(0, got).indexOf(10)
  return at === -1 ? range.start : range.start + at + 1
}
