/**
 * Owns recording how attempts ended: success, failure, retry, interruption, and the job that took its host
 * down twice. Runs inside the executor's transaction; a verdict under a lost claim changes nothing.
 */
import { type Reason, reasonSentence, type Why } from '../../contract/reasons.ts'
import { type Db, isRefusedByRule } from '../db/db.ts'
import type { Context } from '../queue/context.ts'
import { recordEvent } from '../queue/event-store.ts'
import { recordReads } from '../queue/file-store.ts'
import { cutOffAt, endJob, finishJob, interruptJob, retryJob } from '../queue/job-store.ts'
import { readCommand } from '../queue/stored.ts'
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

/**
 * Records one end apart from the others of its step. What the database refuses to record fails this job alone: work that
 * was done must not hold up the rest, nor be done again unasked.
 */
export function settleApart(db: Db, context: Context, end: AttemptEnd, options: RunOptions): Settled {
  try {
    return db.savepoint(() => settle(db, context, end, options))
  } catch (cause) {
    if (!(isRefusedByRule(cause) && cause instanceof Error)) throw cause
    const why: Reason = { code: 'unrecordable', problem: cause.message }
    const verdict = { ...end.verdict, error: reasonSentence(why) }
    const recorded = db.savepoint(() => {
      const row = endJob(db, { id: end.job.id, token: end.token }, 'failed', verdict)
      if (row) noteFailure(db, context, { ...end, verdict }, why)
      return row !== undefined
    })
    return { recorded, retryInMs: null }
  }
}

/** Fails a job that was claimed and can't be started, as its row can't be understood. */
export function failUnreadable(
  db: Db,
  context: Context,
  { job, token }: Pick<AttemptEnd, 'job' | 'token'>,
  why: Extract<Reason, { code: 'unreadable' }>,
): void {
  const verdict = cutOffAt(context.at, context.at, reasonSentence(why))
  const claim = { id: job.id, token }
  const row =
    why.part === 'attempts'
      ? endJob(db, claim, 'failed', verdict)
      : finishJob(db, context, claim, 'failed', verdict)
  if (row) noteFailure(db, context, { job, verdict }, why)
}

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
  const command = readCommand(job)
  const files = [...ofAll, ...((command.ok && command.value.reads) || [])]
  if (files.length > 0) recordReads(db, job.id, statesSince(files, job.started_at ?? 0))
}

function failJob(db: Db, context: Context, { job, token, verdict }: AttemptEnd): boolean {
  const row = finishJob(db, context, { id: job.id, token }, 'failed', verdict)
  if (row) noteFailure(db, context, { job, verdict }, verdict.error)
  return row !== undefined
}

function noteFailure(
  db: Db,
  context: Context,
  { job, verdict }: { job: AttemptEnd['job']; verdict: Pick<Verdict, 'exitCode' | 'signal'> },
  reason: Why,
): void {
  recordEvent(db, context, {
    kind: 'job_failed',
    batchId: job.batch_id,
    jobId: job.id,
    from: 'running',
    to: 'failed',
    reason,
    details: {
      ordinal: job.ordinal,
      attempt: job.attempts,
      exitCode: verdict.exitCode,
      signal: verdict.signal,
    },
  })
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
