/**
 * Owns the delays before retries: in awake time, and in memory only. A restart finds them in the jobs'
 * `not_before`.
 */
import type { Clock } from '../clock.ts'
import type { PendingJob } from '../queue/job-store.ts'
import type { RunOptions } from './batch-options.ts'

/** The delay after a fault of the machine (a full disk, no launcher) before anything is tried again. */
export const blockedRetryMs = 1_000

/** Delay before the attempt after the `failures`-th failure. */
export function retryDelayMs(options: RunOptions, failures: number): number {
  return Math.min(options.retries.delayMs * options.retries.backoff ** (failures - 1), 86_400_000)
}

export class RetryDelays {
  readonly #clock: Clock
  readonly #due = new Map<number, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of waiting jobs. */
  get size(): number {
    return this.#due.size
  }

  /** The job waits this long from now on. */
  hold(jobId: number, delayMs: number): void {
    this.#due.set(jobId, this.#clock.awakeMs() + delayMs)
  }

  forget(jobId: number): void {
    this.#due.delete(jobId)
  }

  clear(): void {
    this.#due.clear()
  }

  /** Whether the job must still wait. After a restart: the rest by the wall clock, at most the whole delay. */
  mustWait(job: PendingJob, options: RunOptions): boolean {
    let due = this.#due.get(job.id)
    if (due === undefined) {
      if (job.not_before === null) return false
      const leftMs = Math.min(
        job.not_before - this.#clock.now(),
        retryDelayMs(options, Math.max(1, job.failures)),
      )
      if (leftMs <= 0) return false
      due = this.#clock.awakeMs() + leftMs
      this.#due.set(job.id, due)
    }
    return this.#clock.awakeMs() < due
  }

  /** Awake time at which the first of them may run; null when none waits. */
  next(): number | null {
    return this.#due.size === 0 ? null : Math.min(...this.#due.values())
  }
}
