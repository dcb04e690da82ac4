/**
 * Owns the delays before retries: in awake time, and in memory only. What a restart has to know is in the jobs'
 * `not_before`.
 */
import type { Clock } from '../clock.ts'
import type { PendingJob } from '../queue/job-store.ts'
import type { RunOptions } from './batch-options.ts'
import { type Finished, retryDelayMs } from './settle.ts'

export class RetryDelays {
  readonly #clock: Clock
  readonly #due = new Map<number, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many jobs wait. */
  get size(): number {
    return this.#due.size
  }

  /** A job that will be tried again waits from now on. */
  note(end: Finished, options: RunOptions): void {
    const { kind, retryable } = end.verdict
    if (kind !== 'failed' || !retryable || end.job.failures >= options.retries.times) return
    this.hold(end.job.id, retryDelayMs(options, end.job.failures + 1))
  }

  /** The job waits this long. */
  hold(jobId: number, delayMs: number): void {
    this.#due.set(jobId, this.#clock.awakeMs() + delayMs)
  }

  forget(jobId: number): void {
    this.#due.delete(jobId)
  }

  clear(): void {
    this.#due.clear()
  }

  /** Whether the job must wait still. After a restart: what is left by the wall clock, at most the whole delay. */
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
