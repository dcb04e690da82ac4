/**
 * Owns writing jobs and their attempts: filling, claiming, and one guarded UPDATE per legal edge. A verdict
 * names the token of the claim it was made under; a token that is no longer the batch's changes nothing.
 * Callers hold a transaction (`db.write`).
 *
 * `= CAST(? AS TEXT)` and `LIMIT ? + 0` in what runs for each job: SQLite's planner looks at the value of a bare
 * parameter there, and so plans the statement anew whenever another value is bound (five times its cost).
 */
import type { AttemptOutcome } from '../../contract/states.ts'
import type { Db } from '../db/db.ts'
import type { Context } from './context.ts'
import { recordEvent } from './event-store.ts'
import type { JobRow } from './rows.ts'
import type { JobCommand } from './stored.ts'

export type NewJob = { ordinal: number; input: string; command: JobCommand; commandHash: string }

/** Adds jobs to an unsealed batch: one statement, whose trigger inserts and counts all of them. */
export function insertJobs(db: Db, batchId: string, jobs: readonly NewJob[]): void {
  if (jobs.length === 0) return
  const rows = jobs.map((job) => [job.ordinal, job.input.toWellFormed(), job.command, job.commandHash])
  db.sql('INSERT INTO job_fills (batch_id, jobs) VALUES (?, ?)').run(batchId, JSON.stringify(rows))
}

/** What decides whether a pending job may run. */
export type PendingJob = Pick<JobRow, 'id' | 'failures' | 'not_before'>

/** The first pending jobs in order, also those that wait for a retry. */
export function pendingJobs(db: Db, batchId: string, limit: number): PendingJob[] {
  return db
    .sql<PendingJob>(
      `SELECT id, failures, not_before FROM jobs WHERE batch_id = CAST(? AS TEXT) AND status = 'pending' ORDER BY ordinal LIMIT ? + 0`,
    )
    .all(batchId, limit)
}

/** The first pending jobs behind an ordinal, in order. */
export function pendingAfter(db: Db, batchId: string, ordinal: number, limit: number): JobRow[] {
  return db
    .sql<JobRow>(
      `SELECT * FROM jobs WHERE batch_id = CAST(? AS TEXT) AND status = 'pending' AND ordinal > ? ORDER BY ordinal LIMIT ? + 0`,
    )
    .all(batchId, ordinal, limit)
}

/** Jobs that count as running. */
export function runningJobs(db: Db, batchId: string): JobRow[] {
  return db
    .sql<JobRow>(`SELECT * FROM jobs WHERE batch_id = ? AND status = 'running' ORDER BY ordinal`)
    .all(batchId)
}

/** pending → running: begins an attempt under the batch's current claim; `number`: only if it is this one. */
export function claimJob(
  db: Db,
  context: Context,
  id: number,
  token: string,
  number: number | null = null,
): JobRow | undefined {
  return db
    .sql<JobRow>(
      `UPDATE jobs SET status = 'running', attempts = attempts + 1, started_at = ?, completed_at = NULL,
              claim_token = ?, exit_code = NULL, signal = NULL, error = NULL, not_before = NULL
       WHERE id = ? AND status = 'pending' AND attempts = coalesce(? - 1, attempts)
         AND EXISTS (SELECT 1 FROM batches WHERE id = jobs.batch_id AND status = 'running' AND claim_token = CAST(? AS TEXT))
       RETURNING *`,
    )
    .get(context.at, token, id, number, token)
}

/**
 * Records the attempt of a job that was cancelled after its launcher had started it but before the claim was
 * recorded, so that its number is never used again. Undefined: that attempt is known already.
 */
export function recordLateAttempt(
  db: Db,
  context: Context,
  job: { id: number; attempts: number },
  startedAt: number,
): AttemptOf | undefined {
  const row = db
    .sql<AttemptOf>(
      `UPDATE jobs SET attempts = attempts + 1 WHERE id = ? AND attempts = ? - 1 AND status <> 'running'
       RETURNING id, attempts, status`,
    )
    .get(job.id, job.attempts)
  if (row) recordAttempt(db, context, row, 'cancelled', cutOffAt(startedAt, context.at, null))
  return row
}

/** The figures of an attempt's end; times are epoch ms. */
export type Ended = {
  startedAt: number
  endedAt: number
  awakeMs: number
  exitCode: number | null
  signal: string | null
  error: string | null
  userMs: number | null
  systemMs: number | null
  maxRssKb: number | null
  logBytes: number
  /** On a cluster: which machine ran it, and how long it waited there. */
  node?: string | null
  queuedMs?: number | null
}

/** A job and the number of its attempt. */
type AttemptOf = Pick<JobRow, 'id' | 'attempts' | 'status'>

/** running → succeeded or failed, under the token of the claim. Undefined: the claim is not ours any more. */
export function finishJob(
  db: Db,
  context: Context,
  job: { id: number; token: string },
  verdict: 'succeeded' | 'failed',
  ended: Ended,
): AttemptOf | undefined {
  const row = endJob(db, job, verdict, ended)
  if (row) recordAttempt(db, context, row, verdict, ended)
  return row
}

/** The same without a record of the attempt, for one that can't be recorded. */
export function endJob(
  db: Db,
  job: { id: number; token: string },
  verdict: 'succeeded' | 'failed',
  ended: Ended,
): AttemptOf | undefined {
  return db
    .sql<AttemptOf>(
      `UPDATE jobs SET status = ?, completed_at = ?, exit_code = ?, signal = ?, error = ?, duration_ms = ?,
              failures = failures + ?
       WHERE id = ? AND status = 'running' AND claim_token = CAST(? AS TEXT)
         AND EXISTS (SELECT 1 FROM batches WHERE id = jobs.batch_id AND status = 'running' AND claim_token = CAST(? AS TEXT))
       RETURNING id, attempts, status`,
    )
    .get(
      verdict,
      ended.endedAt,
      ended.exitCode,
      ended.signal,
      ended.error,
      ended.awakeMs,
      verdict === 'failed' ? 1 : 0,
      job.id,
      job.token,
      job.token,
    )
}

/** running → pending after a failed attempt that leaves a retry; it waits until `notBefore` (epoch ms). */
export function retryJob(
  db: Db,
  context: Context,
  job: { id: number; token: string },
  ended: Ended,
  notBefore: number,
): JobRow | undefined {
  const row = backToPending(db, job, ended, notBefore, 'failures = failures + 1')
  if (!row) return undefined
  recordAttempt(db, context, row, 'failed', ended)
  recordEvent(db, context, {
    kind: 'job_retried',
    batchId: row.batch_id,
    jobId: row.id,
    from: 'running',
    to: 'pending',
    reason: ended.error,
    details: { ordinal: row.ordinal, attempt: row.attempts, notBefore },
  })
  return row
}

/** running → pending without using up a retry: it was stopped, or its host or launcher died. */
export function interruptJob(
  db: Db,
  context: Context,
  job: { id: number; token: string },
  ended: Ended,
  hostDied: boolean,
): JobRow | undefined {
  const row = backToPending(
    db,
    job,
    ended,
    null,
    hostDied ? 'host_losses = host_losses + 1' : 'failures = failures',
  )
  if (!row) return undefined
  recordAttempt(db, context, row, 'interrupted', ended)
  recordEvent(db, context, {
    kind: 'job_interrupted',
    batchId: row.batch_id,
    jobId: row.id,
    from: 'running',
    to: 'pending',
    reason: ended.error,
    details: { ordinal: row.ordinal, attempt: row.attempts },
  })
  return row
}

function backToPending(
  db: Db,
  job: { id: number; token: string },
  ended: Ended,
  notBefore: number | null,
  counter: 'failures = failures + 1' | 'host_losses = host_losses + 1' | 'failures = failures',
): JobRow | undefined {
  return db
    .sql<JobRow>(
      `UPDATE jobs SET status = 'pending', not_before = ?, exit_code = ?, signal = ?, error = ?, duration_ms = ?, ${counter}
       WHERE id = ? AND status = 'running' AND claim_token = CAST(? AS TEXT)
         AND EXISTS (SELECT 1 FROM batches WHERE id = jobs.batch_id AND claim_token = ?)
       RETURNING *`,
    )
    .get(notBefore, ended.exitCode, ended.signal, ended.error, ended.awakeMs, job.id, job.token, job.token)
}

/** The number of the latest attempt with a verdict; 0 if none has one. */
export function latestAttempt(db: Db, jobId: number): number {
  return (
    db.sql<{ n: number | null }>('SELECT max(number) AS n FROM attempts WHERE job_id = ?').get(jobId)?.n ?? 0
  )
}

/** The attempts in which jobs were when their batch ended. */
export function recordCancelledAttempts(
  db: Db,
  context: Context,
  jobs: readonly JobRow[],
  reason: string | null,
): void {
  for (const job of jobs) {
    // Whatever a row says, a batch can be cancelled.
    if (latestAttempt(db, job.id) >= job.attempts) continue
    recordAttempt(db, context, job, 'cancelled', cutOffAt(job.started_at ?? context.at, context.at, reason))
  }
}

/** An attempt of which nothing is known but when it began and ended. */
export function cutOffAt(startedAt: number, at: number, error: string | null): Ended {
  return {
    startedAt,
    endedAt: at,
    awakeMs: Math.max(0, at - startedAt),
    exitCode: null,
    signal: null,
    error,
    userMs: null,
    systemMs: null,
    maxRssKb: null,
    logBytes: 0,
  }
}

function recordAttempt(
  db: Db,
  context: Context,
  job: AttemptOf,
  outcome: AttemptOutcome,
  ended: Ended,
): void {
  db.sql(
    `INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms, exit_code, signal, error,
                           user_ms, system_ms, max_rss_kb, log_bytes, host_id, node, queued_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    job.id,
    job.attempts,
    outcome,
    ended.startedAt,
    ended.endedAt,
    ended.awakeMs,
    ended.exitCode,
    ended.signal,
    ended.error,
    ended.userMs,
    ended.systemMs,
    ended.maxRssKb,
    ended.logBytes,
    context.hostId,
    ended.node ?? null,
    ended.queuedMs ?? null,
  )
}

/** final → pending when a batch is retried: unfinished jobs, all jobs, or just the given ones. Returns how many. */
export function reopenJobs(db: Db, batchId: string, which: 'unfinished' | 'all' | readonly number[]): number {
  const reset = `SET status = 'pending', completed_at = NULL, failures = 0, host_losses = 0, not_before = NULL,
                 exit_code = NULL, signal = NULL, error = NULL, done_by = NULL`
  if (which === 'all') {
    return db
      .sql(`UPDATE jobs ${reset} WHERE batch_id = ? AND status IN ('succeeded', 'failed', 'cancelled')`)
      .run(batchId)
  }
  if (which === 'unfinished') {
    return db
      .sql(`UPDATE jobs ${reset} WHERE batch_id = ? AND status IN ('failed', 'cancelled')`)
      .run(batchId)
  }
  const one = db.sql(
    `UPDATE jobs ${reset} WHERE id = ? AND batch_id = ? AND status IN ('succeeded', 'failed', 'cancelled')`,
  )
  return which.reduce((sum, id) => sum + one.run(id, batchId), 0)
}

/** cancelled → pending for the jobs that the batch took with it when it ended at `endedAt`. */
export function reopenCancelledJobs(db: Db, batchId: string, endedAt: number): number {
  return db
    .sql(
      `UPDATE jobs SET status = 'pending', completed_at = NULL, error = NULL
       WHERE batch_id = ? AND status = 'cancelled' AND completed_at = ?
         AND done_by IS NULL`,
    )
    .run(batchId, endedAt)
}

/** pending → cancelled for jobs whose command, by its hash, was done by the batch of that number. Returns how many. */
export function leaveOutDone(db: Db, at: number, batchId: string, done: ReadonlyMap<string, number>): number {
  if (done.size === 0) return 0
  const pending = db
    .sql<{ id: number; command_hash: string }>(
      `SELECT id, command_hash FROM jobs WHERE batch_id = ? AND status = 'pending'`,
    )
    .all(batchId)
  const leaveOut = db.sql(
    `UPDATE jobs SET status = 'cancelled', completed_at = ?, done_by = ? WHERE id = ? AND status = 'pending'`,
  )
  let left = 0
  for (const { id, command_hash } of pending) {
    const by = done.get(command_hash)
    if (by !== undefined) left += leaveOut.run(at, by, id)
  }
  return left
}

/** Cancelled jobs that nobody did instead: not those that `leaveOutDone` left out. */
export function jobsNotRun(db: Db, batchId: string): number {
  return (
    db
      .sql<{ n: number }>(
        `SELECT count(*) AS n FROM jobs
         WHERE batch_id = ? AND status = 'cancelled' AND done_by IS NULL`,
      )
      .get(batchId)?.n ?? 0
  )
}
