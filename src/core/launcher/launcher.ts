/**
 * The host's side of a launcher: spawns one, sends it jobs, reads their results. Owns the launcher's two pipes and
 * nothing else; never starts or signals a job itself.
 *
 * When the host exits (or releases it), the launcher sees its jobs to their end, leaves their exits in its journal
 * and exits: see journal.ts for the successor's side.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import type { JobPlace } from '../../contract/places.ts'
import { duration } from '../../contract/words.ts'
import { ATTEMPT_MARKER, RUN_DIR_MARKER } from '../process/process-table.ts'
import { identify, type ProcessIdentity, realRunDir } from '../process/processes.ts'
import {
  encodeFrame,
  holdFrame,
  type JobExit,
  type LauncherKind,
  type Line,
  type PlaceState,
  PROTOCOL,
  parseLine,
  type Refused,
  type Started,
  type StartSpec,
  startFrame,
} from './protocol.ts'
import { refusalMessage } from './refusal.ts'
import { copyWindowsLauncher } from './windows-program.ts'

export type { JobExit, StartSpec } from './protocol.ts'

/** What a launcher reports to its host, in the order in which it happened. */
export type LauncherEvent =
  | ({ kind: 'started' } & Started)
  | ({ kind: 'refused' } & Refused)
  | { kind: 'exited'; exit: JobExit }
  /** A held job was not started and won't be. */
  | { kind: 'dropped'; attempt: string }
  /** What the cluster makes of its jobs. */
  | { kind: 'place'; state: PlaceState }
  /** The launcher died or its pipe broke; the last event. Not sent after `close` or `release`. */
  | { kind: 'gone'; reason: string }

/** A running launcher. All methods return at once and never throw because it has died: that is an event. */
export type Launcher = {
  kind: LauncherKind
  id: string
  identity: ProcessIdentity
  /** Answered by one `started` or `refused`, and after `started` by one `exited`. */
  start(spec: StartSpec): void
  /**
   * Holds a job until fewer than `width` run: then it is started, unless an unclean end comes first. Answered by
   * `dropped`, or as `start`. False: it can't be sent, and only `start` refuses it.
   */
  hold(spec: StartSpec, width: number): boolean
  /** Continues these attempts of a dead launcher of the same cluster, and ends what else it has left there. */
  resume(launcherId: string, attempts: readonly string[]): void
  /** Drops held jobs that were not started. */
  drop(): void
  /** SIGTERM to all of the job, `graceMs`, SIGKILL. Nothing happens when it has ended. */
  stop(attempt: string, graceMs: number): void
  /** How many ends (exits and refusals) it has reported. */
  ends(): number
  /** The first so many ends (exits and refusals) are committed: the journal need not keep them. */
  forget(endsCommitted: number): void
  /** Closes the launcher's stdin and resolves when it has ended, which is after its last job. */
  close(): Promise<void>
  /** Detaches without waiting: jobs continue, and their exits are found in the journal. */
  release(): void
}

/** `launcherDir`: where the built launchers are; `runDir`: made (0700) if it is missing. */
export type LauncherOptions = {
  launcherDir: string
  runDir: string
  hostId: string
  /** The base environment of every job. `SLIPWAY_LAUNCHER=native|node` in it forces one kind. */
  env: NodeJS.ProcessEnv
  onEvent(event: LauncherEvent): void
  /** The cluster that the jobs go to; null or absent: this machine. */
  place?: JobPlace | null
  /** Runs the Node launcher; defaults to this process's own program. */
  nodePath?: string
}

const isWindows = process.platform === 'win32'
const HANDSHAKE_MS = 20_000
/** Far above any system's limit for arguments and environment. */
const LARGEST_FRAME = 32 * 1024 * 1024

/**
 * Starts a launcher: the native one where it was built and runs, else, but not on Windows, the Node one. Rejects if none
 * starts.
 */
export async function startLauncher(options: LauncherOptions): Promise<Launcher> {
  mkdirSync(options.runDir, { recursive: true, mode: 0o700 })
  const node = options.nodePath ?? process.execPath
  if (options.place) {
    const script = findScript(options.launcherDir, 'slurm-launcher')
    return connect(options, node, [script], [JSON.stringify(options.place)])
  }
  const forced = options.env.SLIPWAY_LAUNCHER
  if (isWindows) {
    const home = dirname(options.runDir)
    return connect(options, copyWindowsLauncher(options.launcherDir, home), [])
  }
  const native = join(options.launcherDir, 'slipway-launcher')
  if (forced !== 'node' && (forced === 'native' || isExecutable(native))) {
    try {
      return await connect(options, native, [])
    } catch (error) {
      // Built for another machine, or on a disk mounted noexec: the Node launcher does the same, slower.
      if (forced === 'native') throw error
    }
  }
  return connect(options, node, [findScript(options.launcherDir, 'node-launcher')])
}

/** Built into one folder, or among the sources. */
function findScript(launcherDir: string, name: string): string {
  const places = [`${name}.js`, `${name}.ts`, join('..', name.replace('-launcher', ''), `${name}.ts`)]
  const script = places.map((one) => join(launcherDir, one)).find(existsSync)
  if (script === undefined) throw new Error(`no launcher in ${launcherDir}: run "npm run build"`)
  return script
}

async function connect(
  options: LauncherOptions,
  program: string,
  argv: string[],
  more: string[] = [],
): Promise<Launcher> {
  const id = `L${Date.now().toString(36)}${randomBytes(4).toString('hex')}`
  const runDir = realRunDir(options.runDir)
  const child = spawn(program, [...argv, runDir, id, options.hostId, ...more], {
    cwd: '/',
    detached: true,
    windowsHide: true,
    env: launcherEnvironment(options.env),
    // Overlapped, so that the launcher for Windows waits for everything in one place; elsewhere these are pipes.
    stdio: ['overlapped', 'overlapped', 'ignore'],
  })
  return new Connection(child, id, options.onEvent).open(options.env)
}

/** No NODE_OPTIONS or LD_PRELOAD of the user's; but if the host is itself a job, the launcher stays part of it. */
function launcherEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', ATTEMPT_MARKER, RUN_DIR_MARKER]
  const entries = Object.entries(env).filter(([name]) => kept.includes(name))
  return { ...Object.fromEntries(entries), ELECTRON_RUN_AS_NODE: '1' }
}

class Connection {
  readonly #child: ChildProcess
  readonly #id: string
  readonly #onEvent: (event: LauncherEvent) => void
  /** When the launcher has ended and all its output was read. */
  readonly #ended = Promise.withResolvers<void>()
  #letGo = false
  #gone = false
  #rest = ''
  /** Ends read so far. */
  #seen = 0
  #onLine: (line: Line) => void = () => {}

  constructor(child: ChildProcess, id: string, onEvent: (event: LauncherEvent) => void) {
    this.#child = child
    this.#id = id
    this.#onEvent = onEvent
  }

  /** Sends the environment and waits for the launcher's first line. */
  open(env: NodeJS.ProcessEnv): Promise<Launcher> {
    const { promise, resolve, reject } = Promise.withResolvers<Launcher>()
    const child = this.#child
    const fail = (why: string, cause?: unknown) => {
      clearTimeout(timer)
      this.#letGo = true
      child.kill('SIGKILL')
      reject(new Error(`the launcher ${child.spawnfile} did not start: ${why}`, { cause }))
    }
    const timer = setTimeout(() => fail(`no answer within ${duration(HANDSHAKE_MS)}`), HANDSHAKE_MS)
    child.once('error', (error) => fail(error.message, error))
    child.once('close', (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}`))
    this.#onLine = (first) => {
      if (first.line !== 'launcher' || first.header.protocol !== PROTOCOL)
        return fail('its first line was not understood')
      clearTimeout(timer)
      this.#onLine = (line) => this.#report(line)
      child.removeAllListeners('close').removeAllListeners('error')
      child.on('error', (error) => this.#lose(error.message))
      child.on('close', (code, signal) => {
        this.#ended.resolve()
        this.#lose(`it ended with ${signal ?? `exit code ${code}`}`)
      })
      resolve(this.#launcher(first.header.kind, first.header.launcher))
    }
    // A broken pipe means that the launcher died, which 'close' reports better.
    child.stdin?.on('error', () => {})
    child.stdout?.on('error', () => {})
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    const base = Object.entries(env).filter(([name, value]) => value !== undefined && name !== '')
    this.#send(encodeFrame(['E', ...base.map(([name, value]) => `${name}=${value}`)]))
    return promise
  }

  #launcher(kind: LauncherKind, reported: ProcessIdentity): Launcher {
    return {
      kind,
      id: this.#id,
      // Windows' launcher knows itself exactly, and looking costs a process there.
      identity: isWindows ? reported : (identify(reported.pid) ?? reported),
      start: (spec) => this.#start(spec),
      stop: (attempt, graceMs) => this.#send(encodeFrame(['T', attempt, String(Math.round(graceMs))])),
      hold: (spec, width) => this.#hold(spec, width),
      resume: (launcherId, attempts) => this.#send(encodeFrame(['R', launcherId, ...attempts])),
      drop: () => this.#send(encodeFrame(['D'])),
      ends: () => this.#seen,
      forget: (endsCommitted) => this.#send(encodeFrame(['F', String(endsCommitted)])),
      close: () => this.#close(),
      release: () => this.#release(),
    }
  }

  #start(spec: StartSpec): void {
    if (!/^[\w.-]+$/.test(spec.attempt)) throw new Error(`"${spec.attempt}" can't name an attempt`)
    const frame = startFrame(spec)
    const errno = whyNot(spec, frame)
    if (errno === null) this.#send(frame)
    else this.#refuse(spec, errno)
  }

  #hold(spec: StartSpec, width: number): boolean {
    const frame = holdFrame(spec, width, this.#seen)
    if (whyNot(spec, frame) !== null) return false
    this.#send(frame)
    return true
  }

  #refuse({ attempt, argv }: StartSpec, errno: string): void {
    const message = refusalMessage('program', errno, '-', (argv[0] ?? '').replaceAll('\0', '\uFFFD'))
    queueMicrotask(() => this.#onEvent({ kind: 'refused', attempt, stage: 'program', errno, message }))
  }

  #send(frame: Buffer): void {
    const { stdin } = this.#child
    if (this.#letGo || this.#gone || !stdin) return
    // All frames of one turn are one write, and wake the launcher once.
    if (stdin.writableCorked === 0) {
      stdin.cork()
      process.nextTick(() => stdin.uncork())
    }
    stdin.write(frame)
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const text of lines) {
      const line = parseLine(text)
      if (line !== null) this.#onLine(line)
    }
  }

  #report(line: Line): void {
    if (line.line === 'started') this.#onEvent({ kind: 'started', ...line.started })
    if (line.line === 'dropped') this.#onEvent({ kind: 'dropped', attempt: line.attempt })
    if (line.line === 'place') this.#onEvent({ kind: 'place', state: line.state })
    if (line.line !== 'refused' && line.line !== 'exited') return
    this.#seen += 1
    if (line.line === 'refused') this.#onEvent({ kind: 'refused', ...line.refused })
    else this.#onEvent({ kind: 'exited', exit: line.exit })
  }

  #lose(why: string): void {
    if (this.#gone || this.#letGo) return
    this.#gone = true
    this.#onEvent({ kind: 'gone', reason: `the launcher is gone: ${why}` })
  }

  #close(): Promise<void> {
    this.#letGo = true
    this.#child.stdin?.end()
    return this.#ended.promise
  }

  #release(): void {
    this.#letGo = true
    // Ended, not destroyed: what was sent still arrives.
    this.#child.stdin?.end()
    this.#child.stdout?.destroy()
    this.#child.unref()
    if (this.#child.stdin instanceof Socket) this.#child.stdin.unref()
  }
}

/** Why a frame can't be sent; null if it can. */
function whyNot(spec: StartSpec, frame: Buffer): string | null {
  const texts = [...spec.argv, spec.cwd, spec.logPath, ...Object.entries(spec.env).flat()]
  // NUL separates the fields of a frame, and no kernel takes it in an argument either.
  if (spec.argv.length === 0 || texts.some((text) => text.includes('\0'))) return 'EINVAL'
  return frame.length > LARGEST_FRAME ? 'E2BIG' : null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
