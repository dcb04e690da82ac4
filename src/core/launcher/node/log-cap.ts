/**
 * Keeps one job's log near its limit, for the Node launcher. The job writes straight to the file and must
 * never notice. The middle is punched out of the file by the system's `fallocate`; where that can't be done,
 * the last part is copied aside and the file is truncated to its head: the job's descriptor appends, so its
 * next output lands behind the head. Output that arrives just between copy and truncation is then lost.
 */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { cutNotePath, keptTailPath, LOG_HEAD_BYTES } from '../../logs/log-extent.ts'

/** Delay before a job's log is first checked; a job that has ended by then costs nothing. */
export const FIRST_LOOK_MS = 25

const NEXT_LOOK_MS = { least: 10, most: 1000 }
const BLOCK_BYTES = 4096
const COPY_BYTES = 1024 * 1024
const LINE_SEARCH_BYTES = 4096

type Range = { fd: number; start: number; end: number }

/** Watches one log. `fd` must be open for reading and appending; it stays the caller's to close. */
export class NodeLogCap {
  readonly #path: string
  readonly #fd: number
  readonly #limit: number
  readonly #punch: typeof punchHole
  #leftOut = 0
  #tail = 0
  #gapEnd = 0
  #aside = false
  #seen = 0
  #seenAt = performance.now()
  #pauseMs = FIRST_LOOK_MS

  constructor(path: string, fd: number, limitBytes: number, punch = punchHole) {
    this.#path = path
    this.#punch = punch
    this.#fd = fd
    this.#limit = Math.max(0, limitBytes)
  }

  /** Checks once, cuts if needed, and returns after how many ms to check again. Never throws. */
  look(): number {
    const now = performance.now()
    const size = fstatSync(this.#fd).size
    if (size < this.#gapEnd) this.#gapEnd = 0 // the job truncated its own log
    const perMs = Math.max(0, size - this.#seen) / Math.max(1, now - this.#seenAt)
    const slack = Math.max(LOG_HEAD_BYTES, this.#limit / 4)
    const most = LOG_HEAD_BYTES + this.#limit + slack
    if (this.#held(size) > most) this.#cut(size)
    this.#seen = fstatSync(this.#fd).size
    this.#seenAt = now
    const room = Math.max(slack, most - this.#held(this.#seen))
    const untilFull = perMs === 0 ? NEXT_LOOK_MS.most : room / perMs / 2
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
    const isCut = this.#leftOut > 0 || this.#gapEnd > 0
    if (!isCut && size <= LOG_HEAD_BYTES + this.#limit) return { logBytes, logCut: false }
    try {
      this.#assemble(size)
      return { logBytes, logCut: true }
    } catch {
      rmSync(`${this.#path}.new`, { force: true })
      return { logBytes, logCut: isCut }
    }
  }

  /** Bytes on the disk, about. */
  #held(size: number): number {
    return this.#gapEnd === 0 ? size : size - this.#gapEnd + LOG_HEAD_BYTES
  }

  #cut(size: number): void {
    const from = Math.max(LOG_HEAD_BYTES, this.#gapEnd)
    const to = Math.floor((size - this.#limit) / BLOCK_BYTES) * BLOCK_BYTES
    if (!this.#aside) {
      this.#note(to, to - LOG_HEAD_BYTES) // first, so that readers who go by the note never read the hole
      this.#aside = !this.#punch(this.#fd, from, to)
    }
    if (this.#aside) this.#setAside(size)
    else this.#gapEnd = to
  }

  #setAside(size: number): void {
    const next = `${this.#path}.tail.new`
    let kept = 0
    try {
      const out = openOwn(next)
      let at = size - this.#limit
      // Until nothing has arrived meanwhile, or the job is faster than we are.
      for (let round = 0, end = size; round < 20 && at < end; round += 1, end = fstatSync(this.#fd).size)
        at = copy(out, { fd: this.#fd, start: at, end })
      closeSync(out)
      renameSync(next, keptTailPath(this.#path))
      kept = at - (size - this.#limit)
    } catch {
      // No room for a copy: the job's progress and the disk matter more than the middle of its log.
      rmSync(next, { force: true })
      rmSync(keptTailPath(this.#path), { force: true })
    }
    this.#leftOut += this.#tail + fstatSync(this.#fd).size - LOG_HEAD_BYTES - kept
    this.#tail = kept
    this.#gapEnd = 0
    ftruncateSync(this.#fd, LOG_HEAD_BYTES)
    this.#note(LOG_HEAD_BYTES, this.#leftOut)
  }

  #note(gapEnd: number, leftOut: number): void {
    const numbers = [LOG_HEAD_BYTES, gapEnd, leftOut, this.#tail]
    try {
      const out = openOwn(cutNotePath(this.#path), 0)
      try {
        writeSync(out, `${numbers.join(' ').padEnd(95)}\n`)
      } finally {
        closeSync(out)
      }
    } catch {
      // Readers show head and rest without the line between them until the job has ended.
    }
  }

  #assemble(size: number): void {
    const fromLog = Math.min(this.#limit, size - LOG_HEAD_BYTES)
    const fromTail = Math.min(this.#limit - fromLog, this.#tail)
    const tailFd =
      fromTail > 0 ? openSync(keptTailPath(this.#path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)) : -1
    const parts: Range[] = [{ fd: this.#fd, start: size - fromLog, end: size }]
    if (fromTail > 0) parts.unshift({ fd: tailFd, start: this.#tail - fromTail, end: this.#tail })
    const first = parts[0]
    if (first !== undefined) first.start = afterNewline(first)
    const kept = parts.reduce((sum, part) => sum + part.end - part.start, 0)
    const leftOut = size + this.#tail + this.#leftOut - LOG_HEAD_BYTES - kept
    const out = openOwn(`${this.#path}.new`)
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

/** Opens a file beside the log for writing: never by way of a symbolic link, never waiting for a pipe's reader. */
function openOwn(path: string, more = constants.O_TRUNC): number {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  return openSync(path, O_WRONLY | O_CREAT | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0) | more, 0o600)
}

/** Punches a hole into a file. False where the system or the file system can't. */
function punchHole(fd: number, start: number, end: number): boolean {
  if (process.platform !== 'linux') return false
  // By descriptor, not by path: whatever the job has meanwhile put there is not ours to punch.
  const argv = ['-p', '-o', String(start), '-l', String(end - start), '/proc/self/fd/0']
  return spawnSync('fallocate', argv, { stdio: [fd, 'ignore', 'ignore'] }).status === 0
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

/** Copies a range and returns the offset it got to. */
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
