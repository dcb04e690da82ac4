/**
 * An even pace for jobs: a named pipe that gives one line for each turn, and jobs that read one before they work.
 * No process is started for waiting, so what is measured is Slipway.
 */
import { execFileSync } from 'node:child_process'
import { constants, openSync, writeSync } from 'node:fs'

export class Pacer {
  readonly #file: number
  readonly #perSecond: number
  readonly #timer: NodeJS.Timeout
  #owed = 0
  #last = performance.now()

  /** Makes the pipe and begins to give turns. */
  constructor(path: string, perSecond: number) {
    execFileSync('mkfifo', [path])
    this.#file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    this.#perSecond = perSecond
    this.#timer = setInterval(() => this.#give(), 10)
  }

  #give(): void {
    const now = performance.now()
    this.#owed += ((now - this.#last) / 1_000) * this.#perSecond
    this.#last = now
    const turns = Math.floor(this.#owed)
    this.#owed -= turns
    if (turns > 0) writeSync(this.#file, '\n'.repeat(turns))
  }

  /** Nobody waits for a turn any more, so that what runs can end. */
  stop(): void {
    clearInterval(this.#timer)
    writeSync(this.#file, '\n'.repeat(2_000))
  }
}
