/**
 * The interface to a platform's processes: which process is this, and is it still there? No logic: linux, darwin and
 * win32 each provide one ProcessTable.
 */

/** What can be seen of a pid right now. `startedAt` is the platform's own start time, compared only for equality. */
export type ProcessLook = { startedAt: string; state: 'running' | 'stopped' | 'zombie' }

/** A live process that carries Slipway's environment marker. */
export type MarkedProcess = { pid: number; startedAt: string; attempt: string; runDir: string }

/** One platform's access to processes. Nothing here throws for a process that has just gone. */
export type ProcessTable = {
  /** Differs from one boot of the machine to the next. */
  bootId(): string
  /** null: no such process. */
  look(pid: number): ProcessLook | null
  /** All live processes with the marker; those that can't be read are left out. */
  marked(): MarkedProcess[]
  /** Has a launcher of ours end in its own way, as by SIGTERM. */
  requestEnd(process: { pid: number; startedAt: string }): void
  /** Sends a signal and returns what became of it. */
  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGCONT'): 'sent' | 'gone' | 'forbidden'
}

/** The environment variable that names a job's attempt. */
export const ATTEMPT_MARKER = 'SLIPWAY_ATTEMPT'

/** The environment variable that names the run folder (its real path) a job belongs to. */
export const RUN_DIR_MARKER = 'SLIPWAY_RUN_DIR'

/** `process.kill` with a result instead of an exception; signal 0 only checks. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): 'sent' | 'gone' | 'forbidden' {
  try {
    process.kill(pid, signal)
    return 'sent'
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ESRCH') return 'gone'
    if (code === 'EPERM') return 'forbidden'
    throw new Error(`signal ${signal} could not be sent to process ${pid}`, { cause: error })
  }
}
