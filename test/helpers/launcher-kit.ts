/**
 * A launcher under test with a data folder of its own, and awaitable outcomes of its jobs. Ends what it
 * started: the launcher, and every process that still carries the folder's marker.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type JobExit,
  type Launcher,
  type LauncherEvent,
  type StartSpec,
  startLauncher,
} from '../../src/core/launcher/launcher.ts'
import { findJobProcesses, stopJobProcesses } from '../../src/core/process/processes.ts'

/** `portable`: the native one as macOS has it, built for Linux with -DSLIPWAY_PORTABLE. */
export type Kind = 'native' | 'node' | 'portable'
type Outcome = Extract<LauncherEvent, { kind: 'exited' } | { kind: 'refused' }>

export const root = join(import.meta.dirname, '../..')

/** Where launchers are: the built ones, or the sources for a Node launcher that was not built. */
export function launcherDir(kind: Kind): string {
  const built = join(root, 'out/launcher')
  if (kind === 'portable') return portableDir()
  if (kind === 'native') execFileSync(process.execPath, [join(root, 'scripts/build-launcher.mjs')])
  return kind === 'native' || existsSync(join(built, 'node-launcher.js'))
    ? built
    : join(root, 'src/core/launcher/node')
}

let portable: string | undefined

function portableDir(): string {
  if (portable !== undefined) return portable
  portable = mkdtempSync(join(tmpdir(), 'slipway-portable-'))
  const folder = portable
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const source = join(root, 'src/core/launcher/native/launcher.c')
  const target = join(folder, 'slipway-launcher')
  execFileSync(process.env.CC ?? 'cc', ['-std=gnu11', '-O2', '-DSLIPWAY_PORTABLE', '-o', target, source])
  return folder
}

/** Polls until it is true. For what other processes do, which send no event. */
export async function until(isSo: () => boolean, what: string, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await sleep(5)
  }
}

export class LauncherKit {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-launcher-')))
  readonly runDir = join(this.home, 'run')
  readonly events: LauncherEvent[] = []
  readonly launcher: Promise<Launcher>
  #wake: (() => void)[] = []
  #count = 0

  constructor(kind: Kind, env: NodeJS.ProcessEnv = {}, folder = launcherDir(kind)) {
    this.launcher = startLauncher({
      launcherDir: folder,
      runDir: this.runDir,
      hostId: 'host-1',
      env: { ...process.env, ...env, SLIPWAY_LAUNCHER: kind === 'node' ? 'node' : 'native' },
      onEvent: (event) => {
        this.events.push(event)
        for (const wake of this.#wake.splice(0)) wake()
      },
    })
  }

  logPath(attempt: string): string {
    return join(this.home, 'logs', `${attempt}.log`)
  }

  log(attempt: string): string {
    return readFileSync(this.logPath(attempt), 'utf8')
  }

  /** Starts a job and answers its attempt key. */
  async start(argv: string[], more: Partial<StartSpec> = {}): Promise<string> {
    const spec = this.#spec(argv, more)
    const launcher = await this.launcher
    launcher.start(spec)
    return spec.attempt
  }

  /** Hands a job over, to be begun when fewer than `width` run; answers its attempt key. */
  async hold(argv: string[], width = 1): Promise<string> {
    const spec = this.#spec(argv, {})
    const launcher = await this.launcher
    if (!launcher.hold(spec, width)) throw new Error('it could not be sent')
    return spec.attempt
  }

  #spec(argv: string[], more: Partial<StartSpec>): StartSpec {
    this.#count += 1
    const attempt = more.attempt ?? `${this.#count}.1`
    return {
      attempt,
      argv,
      cwd: this.home,
      env: {},
      logPath: this.logPath(attempt),
      logLimitBytes: 1_000_000,
      timeoutMs: null,
      graceMs: 2000,
      ...more,
    }
  }

  /** Runs a job to its end or refusal. */
  async run(argv: string[], more: Partial<StartSpec> = {}): Promise<Outcome> {
    return this.outcome(await this.start(argv, more))
  }

  /** Runs a job that is expected to start. */
  async exit(argv: string[], more: Partial<StartSpec> = {}): Promise<JobExit> {
    return this.exitOf(await this.start(argv, more))
  }

  async exitOf(attempt: string): Promise<JobExit> {
    const outcome = await this.outcome(attempt)
    if (outcome.kind === 'refused') throw new Error(outcome.message)
    return outcome.exit
  }

  outcome(attempt: string): Promise<Outcome> {
    return this.next((e): e is Outcome =>
      e.kind === 'exited' ? e.exit.attempt === attempt : e.kind === 'refused' && e.attempt === attempt,
    )
  }

  started(attempt: string) {
    return this.next(
      (e): e is Extract<LauncherEvent, { kind: 'started' }> => e.kind === 'started' && e.attempt === attempt,
    )
  }

  async next<E extends LauncherEvent>(isIt: (event: LauncherEvent) => event is E): Promise<E> {
    for (;;) {
      const found = this.events.find(isIt)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** Waits until the job has written this to its log, to signal that it is ready. */
  async says(attempt: string, text: string): Promise<void> {
    const path = this.logPath(attempt)
    await until(() => existsSync(path) && this.log(attempt).includes(text), `job ${attempt} says "${text}"`)
  }

  processes(attempt?: string) {
    return findJobProcesses(attempt === undefined ? { home: this.home } : { home: this.home, attempt })
  }

  async dispose(): Promise<void> {
    const launcher = await this.launcher.catch(() => null)
    await stopJobProcesses({ home: this.home }, 0)
    await launcher?.close()
    rmSync(this.home, { recursive: true, force: true })
  }
}
