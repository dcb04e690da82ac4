/** Owns the logs of tasks: kept near their limit while they grow, and finished at the end. The nodes write them. */
import { closeSync, constants, openSync, readSync, statSync, writeSync } from 'node:fs'
import { LOG_HEAD_BYTES } from '../../logs/log-extent.ts'
import { NodeLogCap } from '../node/log-cap.ts'
import type { Task } from './slice.ts'

const PIECE_BYTES = 2 ** 20

export class TaskLogs {
  /** Only of logs that have outgrown their limit. */
  readonly #caps = new Map<string, { cap: NodeLogCap; fd: number }>()

  look(task: Task): void {
    fetchGrowth(task)
    const size = statSync(task.logPath, { throwIfNoEntry: false })?.size ?? 0
    if (size > LOG_HEAD_BYTES + task.logLimitBytes) this.#cap(task)?.cap.look()
  }

  finish(task: Task): { logBytes: number; logCut: boolean } {
    fetchGrowth(task)
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

/** What the node has written since the last time, appended to the log here. */
function fetchGrowth({ nodeLog, logPath }: Task): void {
  if (nodeLog === null) return
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const size = sizeOf(nodeLog)
  let at = sizeOf(logPath)
  if (size <= at) return
  const source = openSync(nodeLog, 'r')
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants
  const target = openSync(logPath, O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - at))
    for (let got = 1; at < size && got > 0; at += got) {
      got = readSync(source, buffer, 0, Math.min(buffer.length, size - at), at)
      writeSync(target, buffer, 0, got)
    }
  } finally {
    closeSync(source)
    closeSync(target)
  }
}
