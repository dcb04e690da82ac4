/** Owns the logs of tasks: kept near their limit while they grow, and finished at the end. The nodes write them. */
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { LOG_HEAD_BYTES } from '../../logs/log-extent.ts'
import { NodeLogCap } from '../node/log-cap.ts'
import type { Task } from './slice.ts'

export class TaskLogs {
  /** Only of logs that have outgrown their limit. */
  readonly #caps = new Map<string, { cap: NodeLogCap; fd: number }>()

  look(task: Task): void {
    const size = statSync(task.logPath, { throwIfNoEntry: false })?.size ?? 0
    if (size > LOG_HEAD_BYTES + task.logLimitBytes) this.#cap(task)?.cap.look()
  }

  finish(task: Task): { logBytes: number; logCut: boolean } {
    const opened = this.#cap(task)
    if (opened === null) return { logBytes: 0, logCut: false }
    try {
      return opened.cap.finish()
    } finally {
      closeSync(opened.fd)
      this.#caps.delete(task.attempt)
    }
  }

  #cap({ attempt, logPath, logLimitBytes }: Task): { cap: NodeLogCap; fd: number } | null {
    const known = this.#caps.get(attempt)
    if (known !== undefined) return known
    try {
      const fd = openSync(logPath, constants.O_RDWR | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0))
      const opened = { cap: new NodeLogCap(logPath, fd, logLimitBytes), fd }
      this.#caps.set(attempt, opened)
      return opened
    } catch {
      return null // without output, or taken away by the job
    }
  }
}
