/**
 * One job of the Node launcher, from spawn to the moment when nothing of it is left. Never reports an exit
 * while a process of the job still runs.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ATTEMPT_MARKER, RUN_DIR_MARKER, sendSignal } from '../../process/process-table.ts'
import { identify } from '../../process/processes.ts'
import type { JobExit, Started, StartSpec } from '../protocol.ts'
import { type Remaining, remainingProcesses } from './job-processes.ts'
import { FIRST_LOOK_MS, NodeLogCap } from './log-cap.ts'
import { findProgram, type Refusal } from './program.ts'

/** How long processes that are just ending (a process pool's tracker, for example) have before they count as leftovers. */
const SETTLE_MS = 100
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a job reports to its launcher: `started` or `refused`, and after `started` one `exited`. */
export type JobReports = {
  started(started: Started): void
  refused(refusal: Refusal): void
  exited(exit: JobExit): void
}

/** A job to be started; see `NodeJob.start`. */
export class NodeJob {
  readonly #spec: StartSpec
  readonly #runDir: string
  readonly #reports: JobReports
  readonly #startedMs = performance.now()
  #pid = 0
  #startedAt = 0
  #logFd = -1
  #cap: NodeLogCap | undefined
  #ended: JobExit['ended'] = 'exited'
  #main: { code: number | null; signal: string | null; at: number; ms: number } | undefined
  #killAtMs = Number.POSITIVE_INFINITY
  #terminated = false
  #pauseMs = 1
  #sweepTimer: NodeJS.Timeout | undefined
  #lookTimer: NodeJS.Timeout | undefined
  #timeoutTimer: NodeJS.Timeout | undefined
  readonly #leftovers = new Set<string>()
  readonly #unkillable = new Set<string>()

  constructor(spec: StartSpec, runDir: string, reports: JobReports) {
    this.#spec = spec
    this.#runDir = runDir
    this.#reports = reports
  }

  /** Starts the job or reports why it can't. `base` is the environment below the job's own. */
  start(base: Record<string, string>): void {
    const { attempt, argv, cwd, logPath } = this.#spec
    const marker = { [ATTEMPT_MARKER]: attempt, [RUN_DIR_MARKER]: this.#runDir }
    const env: Record<string, string> = { ...base, ...this.#spec.env, ...marker }
    const program = findProgram(argv[0] ?? '', cwd, env.PATH)
    if ('refusal' in program) {
      this.#reports.refused(program.refusal)
      return
    }
    try {
      this.#logFd = openLog(logPath)
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? 'EIO'
      this.#reports.refused({ stage: 'log', errno, hint: '-', subject: logPath })
      return
    }
    this.#spawn(program, env)
  }

  /** SIGTERM to all of the job, SIGKILL after `graceMs`; a second call can only shorten the grace. */
  stop(why: 'timeout' | 'stopped', graceMs: number): void {
    if (this.#main === undefined && !this.#terminated) this.#ended = why
    this.#killAtMs = Math.min(this.#killAtMs, performance.now() + graceMs)
    this.#terminate()
    this.#sweepIn(Math.max(0, this.#killAtMs - performance.now()))
  }

  /** As `stop`, with the grace that the job was started with. */
  stopWithOwnGrace(): void {
    this.stop('stopped', this.#spec.graceMs)
  }

  #spawn(program: { path: string; viaPath: boolean }, env: Record<string, string>): void {
    const { argv, cwd } = this.#spec
    const [argv0 = '', ...args] = argv
    const stdio: StdioOptions = ['ignore', this.#logFd, this.#logFd]
    try {
      const child = spawn(program.path, args, { argv0, cwd, env, detached: true, stdio })
      child.once('error', (error) => this.#pid === 0 && this.#refuse(error, program.viaPath))
      if (child.pid !== undefined) this.#run(child, child.pid)
    } catch (error) {
      this.#refuse(error as NodeJS.ErrnoException, program.viaPath)
    }
  }

  #run(child: ChildProcess, pid: number): void {
    const { attempt, logPath, logLimitBytes, timeoutMs } = this.#spec
    this.#pid = pid
    this.#startedAt = Date.now()
    const processStartedAt = identify(pid)?.startedAt ?? ''
    this.#reports.started({ attempt, pid, processStartedAt, at: this.#startedAt })
    child.once('exit', (code, signal) => {
      this.#main = { code, signal, at: Date.now(), ms: performance.now() }
      this.#pauseMs = 1
      clearTimeout(this.#timeoutTimer)
      this.#sweep()
    })
    const cap = new NodeLogCap(logPath, this.#logFd, logLimitBytes)
    this.#cap = cap
    const look = () => {
      this.#lookTimer = setTimeout(look, cap.look())
    }
    this.#lookTimer = setTimeout(look, FIRST_LOOK_MS)
    if (timeoutMs !== null) this.#timeOutIn(timeoutMs)
  }

  #timeOutIn(ms: number): void {
    const wait = Math.min(ms, LONGEST_TIMER_MS)
    this.#timeoutTimer = setTimeout(() => {
      if (ms > wait) this.#timeOutIn(ms - wait)
      else this.stop('timeout', this.#spec.graceMs)
    }, wait)
  }

  #sweepIn(ms: number): void {
    clearTimeout(this.#sweepTimer)
    this.#sweepTimer = setTimeout(() => this.#sweep(), Math.min(ms, LONGEST_TIMER_MS))
  }

  /** Checks what is left once: terminates, kills, waits or finishes accordingly. */
  #sweep(): void {
    const now = performance.now()
    if (this.#main !== undefined) {
      const left = this.#remaining()
      if (left.length === 0) {
        this.#finish(this.#main)
        return
      }
      if (now - this.#main.ms >= SETTLE_MS) this.#stopLeftovers(left)
    }
    if (now >= this.#killAtMs) this.#signalAll('SIGKILL')
    this.#pauseMs = Math.min(this.#pauseMs * 2, 50)
    this.#sweepIn(Math.min(this.#pauseMs, Math.max(1, this.#killAtMs - now)))
  }

  #stopLeftovers(left: Remaining[]): void {
    for (const p of left) this.#leftovers.add(key(p))
    if (this.#terminated) return
    this.#killAtMs = performance.now() + this.#spec.graceMs
    this.#terminate()
  }

  #terminate(): void {
    if (this.#terminated) return
    this.#terminated = true
    this.#signalAll('SIGTERM')
  }

  #remaining(): Remaining[] {
    const { attempt } = this.#spec
    const job = { pid: this.#pid, attempt, runDir: this.#runDir, startedMs: this.#startedMs }
    return remainingProcesses(job).filter((p) => !this.#unkillable.has(key(p)))
  }

  /** The group at once, so that no member can start another meanwhile, and every stray. */
  #signalAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#pid === 0) return
    const left = this.#remaining()
    // The group's number is only known to be the job's own while the main process or a member is there.
    const group = this.#main === undefined || left.some((p) => p.inGroup)
    if (group) sendSignal(-this.#pid, signal)
    for (const p of left) {
      const sent = p.inGroup ? sendSignal(p.pid, 0) : sendSignal(p.pid, signal)
      // Another user's process can't be stopped, and must not be waited for forever.
      if (sent === 'forbidden') this.#unkillable.add(key(p))
      else if (signal === 'SIGTERM' && !p.inGroup) sendSignal(p.pid, 'SIGCONT')
    }
    if (group && signal === 'SIGTERM') sendSignal(-this.#pid, 'SIGCONT')
  }

  #refuse(error: NodeJS.ErrnoException, viaPath: boolean): void {
    this.#closeEmptyLog()
    const errno = error.code ?? 'EIO'
    const program = ['ENOENT', 'EACCES', 'ENOEXEC', 'ETXTBSY', 'E2BIG', 'EINVAL'].includes(errno)
    // The file was there a moment ago, so the missing one is the interpreter in its first line.
    const hint = errno === 'ENOENT' ? 'interpreter' : viaPath ? 'path' : '-'
    const subject = this.#spec.argv[0] ?? ''
    this.#reports.refused({ stage: program ? 'program' : 'process', errno, hint, subject })
  }

  #closeEmptyLog(): void {
    if (fstatSync(this.#logFd).size === 0) rmSync(this.#spec.logPath, { force: true })
    closeSync(this.#logFd)
  }

  #finish(main: { code: number | null; signal: string | null; at: number; ms: number }): void {
    for (const timer of [this.#sweepTimer, this.#lookTimer, this.#timeoutTimer]) clearTimeout(timer)
    const log = this.#cap?.finish() ?? { logBytes: 0, logCut: false }
    closeSync(this.#logFd)
    this.#reports.exited({
      attempt: this.#spec.attempt,
      exitCode: main.code,
      signal: main.signal,
      ended: this.#ended,
      startedAt: this.#startedAt,
      endedAt: main.at,
      awakeMs: Math.round(main.ms - this.#startedMs),
      usage: null,
      leftovers: this.#leftovers.size,
      ...log,
    })
  }
}

/**
 * Opens a log for appending and makes its folder if that is missing, but never by way of a symbolic link (ELOOP).
 * Node can't open a file relative to an open folder, so the path is checked before and after.
 */
export function openLog(path: string): number {
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW } = constants
  const folder = dirname(path)
  refuseLinks(folder)
  makeFolder(folder)
  const fd = openSync(path, O_APPEND | O_CREAT | O_RDWR | (O_NOFOLLOW ?? 0), 0o600)
  try {
    refuseLinks(folder)
    if (!fstatSync(fd).isFile()) throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' })
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function refuseLinks(folder: string): void {
  let there = folder
  while (!existsSync(there) && !isLink(there) && dirname(there) !== there) there = dirname(there)
  if (isLink(there) || realpathSync(there) !== there)
    throw Object.assign(new Error(`a symbolic link in ${folder}`), { code: 'ELOOP' })
}

const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

/** Step by step: Node's own `recursive` never returns if making a folder fails with ENOENT. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch {
    // Whatever is wrong, opening the log reports it.
  }
}

const key = (p: { pid: number; startedAt: string }) => `${p.pid}.${p.startedAt}`
