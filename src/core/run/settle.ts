/**
 * Owns recording how attempts ended: success, failure, retry, interruption, and the job that took its host
 * down twice. Runs inside the executor's transaction; a verdict under a lost claim changes nothing.
 */
import type { Db } from '../db/db.ts'
import type { Context } from '../queue/context.ts'
import { recordEvent } from '../queue/event-store.ts'
import { recordReads } from '../queue/file-store.ts'
import { finishJob, interruptJob, type JobCommand, retryJob } from '../queue/job-store.ts'
import type { RunOptions } from './batch-options.ts'
import { statesSince } from './reads.ts'
import { retryDelayMs } from './retry-delays.ts'
import type { Slot } from './slots.ts'
import type { Verdict } from './verdict.ts'

/** An attempt that is over, with the claim under which its verdict is recorded. */
export type AttemptEnd = Pick<Slot, 'job' | 'token'> & { verdict: Verdict }

/** `retryInMs`: the job is pending again and waits this long. */
export type Settled = { recorded: boolean; retryInMs: number | null }

/** How many host deaths a job survives before it is failed. */
const hostLossesAllowed = 1

/** Records one end; not recorded: the claim is not ours any more and nothing was written. */
export function settle(db: Db, context: Context, end: AttemptEnd, options: RunOptions): Settled {
  const { job, token, verdict } = end
  if (verdict.leftovers > 0) noteLeftovers(db, context, end)
  const retryInMs =
    verdict.kind === 'failed' && verdict.retryable && job.failures < options.retries.times
      ? retryDelayMs(options, job.failures + 1)
      : null
  return { recorded: recordVerdict(db, context, end, { id: job.id, token }, options, retryInMs), retryInMs }
}

function recordVerdict(
  db: Db,
  context: Context,
  end: AttemptEnd,
  claim: { id: number; token: string },
  options: RunOptions,
  retryInMs: number | null,
): boolean {
  const { job, verdict } = end
  if (verdict.kind === 'succeeded') {
    const recorded = finishJob(db, context, claim, 'succeeded', verdict) !== undefined
    if (recorded && options.reads !== null) noteReads(db, job, options.reads)
    return recorded
  }
  if (retryInMs !== null)
    return retryJob(db, context, claim, verdict, verdict.endedAt + retryInMs) !== undefined
  if (verdict.kind === 'failed') return failJob(db, context, end)
  if (verdict.hostDied && job.host_losses >= hostLossesAllowed) return failPoison(db, context, end)
  return interruptJob(db, context, claim, verdict, verdict.hostDied) !== undefined
}

/** What it read decides later whether it must run again. */
function noteReads(db: Db, job: AttemptEnd['job'], ofAll: readonly string[]): void {
  const { reads = [] } = JSON.parse(job.command) as JobCommand
  const files = [...ofAll, ...reads]
  if (files.length > 0) recordReads(db, job.id, statesSince(files, job.started_at ?? 0))
}

function failJob(db: Db, context: Context, { job, token, verdict }: AttemptEnd): boolean {
  const row = finishJob(db, context, { id: job.id, token }, 'failed', verdict)
  if (!row) return false
  recordEvent(db, context, {
    kind: 'job_failed',
    batchId: job.batch_id,
    jobId: job.id,
    from: 'running',
    to: 'failed',
    reason: verdict.error,
    details: {
      ordinal: job.ordinal,
      attempt: job.attempts,
      exitCode: verdict.exitCode,
      signal: verdict.signal,
    },
  })
  return true
}

function failPoison(db: Db, context: Context, end: AttemptEnd): boolean {
  const times = end.job.host_losses + 1
  const error = `its host died ${times} times while it ran, so it is not tried again`
  return failJob(db, context, { ...end, verdict: { ...end.verdict, error } })
}

function noteLeftovers(db: Db, context: Context, { job, verdict }: AttemptEnd): void {
  recordEvent(db, context, {
    kind: 'job_leftovers_stopped',
    batchId: job.batch_id,
    jobId: job.id,
    details: { ordinal: job.ordinal, processes: verdict.leftovers },
  })
}
