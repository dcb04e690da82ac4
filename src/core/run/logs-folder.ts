/**
 * Owns where logs really are: the user may have put the folder of logs on another disk by a link, and that one is
 * followed here. A link below it is nobody's wish: the launcher refuses it. Looks at most once a second.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Clock } from '../clock.ts'

export class LogsFolder {
  readonly #home: string
  readonly #logs: string
  readonly #clock: Clock
  #real = ''
  #lookedAtAwake = Number.NEGATIVE_INFINITY

  constructor(home: string, clock: Clock) {
    this.#home = home
    this.#logs = path.join(home, 'logs')
    this.#clock = clock
  }

  /** The same log (a path below `<home>/logs`), not by way of a link. */
  withoutLinks(log: string): string {
    const now = this.#clock.awakeMs()
    if (now - this.#lookedAtAwake >= 1_000) {
      this.#real = this.#look()
      this.#lookedAtAwake = now
    }
    return this.#real + log.slice(this.#logs.length)
  }

  #look(): string {
    try {
      return existsSync(this.#logs) ? realpathSync(this.#logs) : path.join(realpathSync(this.#home), 'logs')
    } catch {
      return this.#logs // it can't be looked at: the launcher says what is wrong with it
    }
  }
}
