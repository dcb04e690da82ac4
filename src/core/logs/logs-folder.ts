/**
 * Owns where logs really are: the user may have put the folder of logs on another disk by a link, and that one is
 * followed here. A link below it was put there by nobody: the launcher refuses it. Looks at most once a second.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { type Clock, eachSecond } from '../clock.ts'

export class LogsFolder {
  readonly #logs: string
  readonly #real: () => string

  constructor(home: string, clock: Clock) {
    this.#logs = path.join(home, 'logs')
    this.#real = eachSecond(clock, () => whereIs(home, this.#logs))
  }

  /** The same log (a path below `<home>/logs`), not by way of a link. */
  withoutLinks(log: string): string {
    return this.#real() + log.slice(this.#logs.length)
  }
}

function whereIs(home: string, logs: string): string {
  try {
    return existsSync(logs) ? realpathSync(logs) : path.join(realpathSync(home), 'logs')
  } catch {
    return logs // it can't be looked at: the launcher reports what is wrong with it
  }
}
