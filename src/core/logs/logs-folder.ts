/**
 * Owns where logs really are: the user may have put the folder of logs on another disk by a link, and that one is
 * followed here. The user has no reason for a link below it: the launcher refuses one. Checks at most once a second.
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

  /** The same log (a path below `<home>/logs`), with links resolved. */
  withoutLinks(log: string): string {
    return this.#real() + log.slice(this.#logs.length)
  }
}

function whereIs(home: string, logs: string): string {
  try {
    return existsSync(logs) ? realpathSync(logs) : path.join(realpathSync(home), 'logs')
  } catch {
    return logs // it can't be read: the launcher reports what is wrong with it
  }
}
