/**
 * The Node launcher's two outputs: every line goes to the journal first and to the host second. Must never
 * block on a host that doesn't read, and never lose a line to a full disk: what didn't fit is kept and written
 * later. The native launcher does the same in C.
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

/** Delay before a write that the disk refused is tried again. */
const RETRY_MS = 1000

/** Appends to one journal and reports to one host. */
export class JournalWriter {
  readonly #path: string
  readonly #header: string
  readonly #host: Socket
  #fd: number
  #backlog: Buffer = Buffer.alloc(0)
  #trouble = 'ENOSPC'
  #retry: NodeJS.Timeout | undefined
  #ends = 0
  /** Ends that the host has not committed, by number. */
  readonly #uncommitted = new Map<number, string>()
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

  /** Whether a host has fenced this launcher. Checked after `starting` was written: see journal.ts. */
  get fenced(): boolean {
    return existsSync(fencePath(this.#path))
  }

  /** Exits and refusals reported so far. */
  get ends(): number {
    return this.#ends
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
    this.#end(line)
  }

  /** Reports a job's end. */
  exited(attempt: string, line: string): void {
    this.#started.delete(attempt)
    this.#end(line)
  }

  /** Reports a held job that is not started, to the host only: it leaves no trace in the journal. */
  dropped(attempt: string): void {
    this.toHost(formatLine(['dropped', attempt]))
  }

  /** A line that is of no use to who comes after the host. */
  toHost(line: string): void {
    if (!this.#host.destroyed) this.#host.write(line)
  }

  /** The host has committed the first `count` ends. What stays in a journal that can't be shortened does no harm. */
  forget(endsCommitted: number): void {
    const committed = [...this.#uncommitted.keys()].filter((number) => number <= endsCommitted)
    if (committed.length === 0 || !this.settle()) return
    for (const number of committed) this.#uncommitted.delete(number)
    if (this.#started.size > 0 || this.#uncommitted.size > 0 || !this.#empty()) this.#rewrite()
  }

  /** Tries to write what a full disk refused. True: nothing is waiting. */
  settle(): boolean {
    if (this.#backlog.length > 0) this.#append('')
    return this.#backlog.length === 0
  }

  /**
   * At the launcher's end: a journal in which nothing is left to read is removed. Calls back once the host has
   * read everything; a suspended one finds it in the journal.
   */
  close(done: () => void): void {
    clearTimeout(this.#retry)
    closeSync(this.#fd)
    if (this.#uncommitted.size === 0) {
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
      return false // a failing disk
    }
  }

  #end(line: string): void {
    this.#ends += 1
    this.#uncommitted.set(this.#ends, line)
    this.#report(line)
  }

  #report(line: string): void {
    this.#append(line)
    this.toHost(line)
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
    this.#backlog = bytes.subarray(written)
    if (this.#backlog.length > 0) this.#retry ??= setTimeout(() => this.#tryAgain(), RETRY_MS).unref()
  }

  #tryAgain(): void {
    this.#retry = undefined
    this.settle()
  }

  #rewrite(): void {
    const text = [this.#header, ...this.#started.values(), ...this.#uncommitted.values()].join('')
    const next = `${this.#path}.new`
    try {
      appendFileSync(next, text, { mode: 0o600, flag: 'w' })
      const fd = openSync(next, 'a')
      renameSync(next, this.#path)
      closeSync(this.#fd)
      this.#fd = fd
    } catch {
      rmSync(next, { force: true }) // a full disk: the longer journal does no harm
    }
  }
}
