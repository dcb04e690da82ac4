/**
 * Owns recording how attempts ended: success, failure, retry, interruption, and the job that took its host
 * down twice. Runs inside the executor's transaction; a verdict under a lost claim changes nothing.
 */
import type { Db } from '../db/db.ts'
import type { Context } from '../queue/context.ts'
import { recordEvent } from '../queue/event-store.ts'
import { type Ended, finishJob, interruptJob, retryJob } from '../queue/job-store.ts'
import type { JobRow } from '../queue/rows.ts'
import type { RunOptions } from './batch-options.ts'
import type { Verdict } from './verdict.ts'

/** An attempt that is over, waiting to be recorded. */
export type Finished = {
  job: JobRow
  token: string
  verdict: Verdict
  /** The host or launcher died under it. */
  hostDied: boolean
  /** Processes that the job left behind and that were stopped. */
  leftovers: number
}

/** How often a host may die under a job before the job is failed for it. */
const hostLossesAllowed = 1

/** Records one end. False: the claim is not ours any more and nothing was written. */
export function settle(db: Db, context: Context, finished: Finished, options: RunOptions): boolean {
  const { job, token, verdict } = finished
  const claimed = { id: job.id, token }
  if (finished.leftovers > 0) noteLeftovers(db, context, finished)
  switch (verdict.kind) {
    case 'succeeded':
      return finishJob(db, context, claimed, 'succeeded', verdict.ended) !== undefined
    case 'interrupted':
      if (finished.hostDied && job.host_losses >= hostLossesAllowed) return failPoison(db, context, finished)
      return interruptJob(db, context, claimed, verdict.ended, finished.hostDied) !== undefined
    case 'failed': {
      if (verdict.retryable && job.failures < options.retries.times) {
        const at = verdict.ended.endedAt + retryDelayMs(options, job.failures + 1)
        return retryJob(db, context, claimed, verdict.ended, at) !== undefined
      }
      return failJob(db, context, finished, verdict.ended)
    }
  }
}

/** Delay before the attempt after the `failures`-th failure. */
export function retryDelayMs(options: RunOptions, failures: number): number {
  return Math.min(options.retries.delayMs * options.retries.backoff ** (failures - 1), 86_400_000)
}

function failJob(db: Db, context: Context, { job, token }: Finished, ended: Ended): boolean {
  const row = finishJob(db, context, { id: job.id, token }, 'failed', ended)
  if (!row) return false
  recordEvent(db, context, {
    kind: 'job_failed',
    batchId: job.batch_id,
    jobId: job.id,
    from: 'running',
    to: 'failed',
    reason: ended.error,
    details: { ordinal: job.ordinal, attempt: job.attempts, exitCode: ended.exitCode, signal: ended.signal },
  })
  return true
}

function failPoison(db: Db, context: Context, finished: Finished): boolean {
  const times = finished.job.host_losses + 1
  const error = `its host died ${times} times while it ran, so it is not tried again`
  return failJob(db, context, finished, { ...finished.verdict.ended, error })
}

function noteLeftovers(db: Db, context: Context, { job, leftovers }: Finished): void {
  recordEvent(db, context, {
    kind: 'job_leftovers_stopped',
    batchId: job.batch_id,
    jobId: job.id,
    details: { ordinal: job.ordinal, processes: leftovers },
  })
}
