/**
 * Owns what happens to the machine when the queue has become empty: nothing, sleep, or shut down, after a
 * countdown that a person can stop. Whether the moment has come is decided by `queueBecameEmpty`, purely.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Settings } from '../contract/settings.ts'
import type { Step } from './queue-steps.ts'

export type WhenDone = Settings['when-done']
const countdownSeconds = 60

/**
 * True at the step in which the last running or queued batch ended by itself. A short one may have started and ended
 * between two steps, and was never seen running.
 */
export function queueBecameEmpty({ before, state, finished }: Omit<Step, 'attention'>): boolean {
  const isEmpty = state.running === null && state.counts.queued === 0
  const ended = before.running !== null || finished.some((batch) => batch.status !== 'cancelled')
  return ended && isEmpty && !state.queue.paused
}

/** The program that puts this system to sleep or turns it off; `launcherDir` holds our own programs. */
export function commandFor(
  what: Exclude<WhenDone, 'nothing'>,
  platform: NodeJS.Platform,
  launcherDir: string,
): string[] {
  // No program of Windows suspends the machine: by rundll32 SetSuspendState gets no arguments, and hibernates.
  if (platform === 'win32')
    return what === 'sleep'
      ? [path.win32.join(launcherDir, 'slipway-system.exe'), 'sleep']
      : ['shutdown.exe', '/s', '/t', '0']
  if (platform === 'darwin')
    return what === 'sleep'
      ? ['pmset', 'sleepnow']
      : ['osascript', '-e', 'tell application "System Events" to shut down']
  return what === 'sleep' ? ['systemctl', 'suspend'] : ['systemctl', 'poweroff']
}

export type CountdownOptions = {
  /** Opens the question; resolves to 'now' or 'stop', and closes by itself when the signal aborts. */
  confirm: (sentence: string, signal: AbortSignal) => Promise<'now' | 'stop'>
  launcherDir: string
  run: (command: string[]) => void
  /** Before a shutdown the core must have released the queue. */
  prepare: (what: Exclude<WhenDone, 'nothing'>) => Promise<void>
  later?: (work: () => void, ms: number) => () => void
}

export class Countdown {
  readonly #options: CountdownOptions
  #cancel: (() => void) | null = null

  constructor(options: CountdownOptions) {
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#cancel !== null
  }

  /** Begins, unless it runs already. Resolves when it was stopped or carried out. */
  async begin(what: WhenDone): Promise<'stopped' | 'done'> {
    if (what === 'nothing' || this.#cancel !== null) return 'stopped'
    const abort = new AbortController()
    const outcome = new Promise<'now' | 'stop'>((resolve) => {
      const stopTimer = (this.#options.later ?? after)(() => resolve('now'), countdownSeconds * 1_000)
      this.#cancel = () => resolve('stop')
      void this.#options.confirm(sentenceFor(what), abort.signal).then(resolve)
      abort.signal.addEventListener('abort', stopTimer)
    })
    const answer = await outcome
    this.#cancel = null
    abort.abort()
    if (answer === 'stop') return 'stopped'
    await this.#options.prepare(what)
    this.#options.run(commandFor(what, process.platform, this.#options.launcherDir))
    return 'done'
  }

  /** Something started again, or the app quits. */
  stop(): void {
    this.#cancel?.()
  }
}

function sentenceFor(what: Exclude<WhenDone, 'nothing'>): string {
  const verb = what === 'sleep' ? 'goes to sleep' : 'shuts down'
  return `The queue is empty: this machine ${verb} in ${countdownSeconds} seconds.`
}

function after(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}

/** Starts the system's program and doesn't wait for it. */
export function runDetached(command: string[], onError: (cause: Error) => void): void {
  const [program = '', ...args] = command
  spawn(program, args, { stdio: 'ignore', detached: true }).on('error', onError).unref()
}
