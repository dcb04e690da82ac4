/**
 * The Node launcher's two outputs: every line goes to the journal first and to the host second. Must never
 * block on a host that doesn't read, and never lose a line to a full disk: what didn't fit is kept and tried
 * again. The native launcher does the same in C.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { fencePath } from '../journal.ts'
import { formatLine } from '../protocol.ts'

const COMPACT_BYTES = 32 * 1024
/** What the disk refused is tried again after so long, whatever else happens. */
const RETRY_MS = 1000

/** Appends to one journal and reports to one host. */
export class JournalWriter {
  readonly #path: string
  readonly #header: string
  readonly #host: Socket
  #fd: number
  #size = 0
  #backlog: Buffer = Buffer.alloc(0)
  #trouble = 'ENOSPC'
  #retry: NodeJS.Timeout | undefined
  #exits = 0
  #unforgotten = 0
  /** The started lines of jobs that still run, for when the journal is rewritten. */
  readonly #started = new Map<string, string>()

  /**
   * Creates the journal; throws when that fails, because a launcher without one is of no use. The host reads it
   * through `hostFd`, a pipe: the launcher's standard output.
   */
  constructor(path: string, header: string, hostFd = 1) {
    this.#path = path
    this.#header = header
    this.#host = new Socket({ fd: hostFd, readable: false, writable: true })
    this.#host.on('error', () => {})
    this.#fd = openSync(path, 'ax', 0o600)
    this.#append(header)
    this.#host.write(header)
  }

  /** Why the last write failed. */
  get trouble(): string {
    return this.#trouble
  }

  /** Whether the host has forbidden further starts. Checked after `starting` was written: see journal.ts. */
  get fenced(): boolean {
    return existsSync(fencePath(this.#path))
  }

  /** Announces a start in the journal only. False: it could not be written, so nothing may be started. */
  starting(attempt: string): boolean {
    if (!this.settle()) return false
    this.#append(formatLine(['starting', attempt]))
    return this.#backlog.length === 0
  }

  /** Reports a job that runs. */
  started(attempt: string, line: string): void {
    this.#started.set(attempt, line)
    this.#report(line)
  }

  /** Reports a job that was not started. */
  refused(line: string): void {
    this.#unforgotten += 1
    this.#report(line)
  }

  /** Reports a job's end. */
  exited(attempt: string, line: string): void {
    this.#started.delete(attempt)
    this.#exits += 1
    this.#unforgotten += 1
    this.#report(line)
  }

  /** Empties the journal of exits if the host has committed all there are. */
  forget(exitsCommitted: number): void {
    if (exitsCommitted !== this.#exits || this.#unforgotten === 0 || !this.settle()) return
    this.#unforgotten = 0
    if (this.#started.size === 0 && this.#empty()) this.#size = Buffer.byteLength(this.#header)
    else if (this.#size < COMPACT_BYTES) this.#append('forgotten\n')
    else this.#rewrite()
  }

  /** Tries to write what a full disk refused. True: nothing is waiting. */
  settle(): boolean {
    if (this.#backlog.length > 0) this.#append('')
    return this.#backlog.length === 0
  }

  /**
   * At the launcher's end: a journal in which nothing is left to read is removed. Calls back once the host has
   * read all; for one that stands still there is the journal.
   */
  close(done: () => void): void {
    clearTimeout(this.#retry)
    closeSync(this.#fd)
    if (this.#unforgotten === 0) {
      rmSync(this.#path, { force: true })
      rmSync(fencePath(this.#path), { force: true })
    }
    setTimeout(done, 1000)
    if (this.#host.destroyed) done()
    else this.#host.end(done)
  }

  #empty(): boolean {
    try {
      ftruncateSync(this.#fd, Buffer.byteLength(this.#header))
      return true
    } catch {
      return false // a failing disk: a `forgotten` line is as good
    }
  }

  #report(line: string): void {
    this.#append(line)
    if (!this.#host.destroyed) this.#host.write(line)
  }

  #append(line: string): void {
    const bytes = Buffer.concat([this.#backlog, Buffer.from(line)])
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EIO') throw error
      this.#trouble = code
    }
    this.#size += written
    this.#backlog = bytes.subarray(written)
    if (this.#backlog.length > 0) this.#retry ??= setTimeout(() => this.#tryAgain(), RETRY_MS).unref()
  }

  #tryAgain(): void {
    this.#retry = undefined
    this.settle()
  }

  #rewrite(): void {
    const text = [this.#header, ...this.#started.values()].join('')
    const next = `${this.#path}.new`
    try {
      appendFileSync(next, text, { mode: 0o600, flag: 'w' })
      const fd = openSync(next, 'a')
      renameSync(next, this.#path)
      closeSync(this.#fd)
      this.#fd = fd
      this.#size = Buffer.byteLength(text)
    } catch {
      // A full disk: the longer journal is as good as the short one.
      rmSync(next, { force: true })
      this.#append('forgotten\n')
    }
  }
}
