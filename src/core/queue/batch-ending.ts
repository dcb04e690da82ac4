/**
 * Owns how a batch ends: the attempts of its running jobs are recorded, those behind it move up, and the stop mark
 * takes effect. Callers hold a transaction (`db.write`); no row returned means that the batch could not end.
 */
import type { Why } from '../../contract/reasons.ts'
import type { FinalBatchStatus } from '../../contract/states.ts'
import type { Db } from '../db/db.ts'
import { getRow, sealBatch } from './batch-store.ts'
import type { Context } from './context.ts'
import { reasonColumns, recordEvent } from './event-store.ts'
import { recordCancelledAttempts, runningJobs } from './job-store.ts'
import { closeGap } from './order.ts'
import { type BatchRow, reasonOf } from './rows.ts'
import { readMark, writeMark } from './settings-store.ts'

/** The batch ends before it has all its jobs: it is sealed, so that it can end, and can never be retried. */
export function cutOffBatch(db: Db, context: Context, id: string): BatchRow | undefined {
  const row = sealBatch(db, context, id)
  if (row) db.sql('UPDATE batches SET cut_off = 1 WHERE id = ?').run(id)
  return row
}

/** Any active status → cancelled, with its open jobs; its identity is free at once. */
export function cancelBatch(db: Db, context: Context, id: string, reason: Why): BatchRow | undefined {
  return endBatch(db, context, id, 'cancelled', { reason, kind: 'batch_cancelled', closedBy: 'command' })
}

export type Ending = {
  reason: Why
  kind: string
  closedBy: 'event' | 'sweep' | 'demand' | 'command'
  error?: string | null
}

/** Active → final. For `running` the caller has made sure that the claim is its own or nobody's. */
export function endBatch(
  db: Db,
  context: Context,
  id: string,
  status: FinalBatchStatus,
  ending: Ending,
): BatchRow | undefined {
  const before = getRow(db, id)
  if (!before || before.completed_at !== null || before.sealed === 0) return undefined
  const why = reasonColumns(ending.reason)
  const cutOff = before.jobs_running > 0 ? runningJobs(db, id) : []
  const row = db
    .sql<BatchRow>(
      // The token is cleared with the claim: a later verdict finds neither its job running nor its token.
      `UPDATE batches SET status = ?, position = NULL, completed_at = max(?, coalesce(last_job_finished_at, 0)),
              reason = ?, reason_code = ?, reason_values = ?, error = ?, closed_by = ?, pause_requested = 0, host_id = NULL, claim_token = NULL
       WHERE id = ? AND status = ? RETURNING *`,
    )
    .get(
      status,
      context.at,
      why.words,
      why.code,
      why.values,
      ending.error ?? null,
      ending.closedBy,
      id,
      before.status,
    )
  if (!row) return undefined
  recordCancelledAttempts(db, context, cutOff, ending.error ?? reasonOf(row) ?? 'the batch was cancelled')
  if (before.position !== null && before.position > 0) closeGap(db, before.position)
  recordEvent(db, context, {
    kind: ending.kind,
    batchId: id,
    from: before.status,
    to: status,
    reason: ending.reason,
    details: {
      succeeded: before.jobs_succeeded,
      failed: before.jobs_failed,
      cancelled: before.jobs_total - before.jobs_succeeded - before.jobs_failed,
      total: before.jobs_total,
      closedBy: ending.closedBy,
    },
  })
  if (readMark(db, 'stop-after')?.batchId === id && !stopEarlier(db, context, before))
    stopHere(db, context, row)
  return row
}

/**
 * The mark stands for a position in the queue: where its batch leaves the queue without having run, those before it
 * still run, and the last of them gets the mark. False: there is none.
 */
function stopEarlier(db: Db, context: Context, { rank, number }: BatchRow): boolean {
  if (rank === null) return false
  const earlier = db
    .sql<{ id: string | null }>(
      `SELECT coalesce((SELECT id FROM batches WHERE rank < ? ORDER BY rank DESC, number DESC LIMIT 1),
                       (SELECT id FROM batches WHERE position = 0)) AS id`,
    )
    .get(rank)?.id
  if (!earlier) return false
  writeMark(db, 'stop-after', { batchId: earlier }, context.at)
  recordEvent(db, context, {
    kind: 'stop_after_set',
    batchId: earlier,
    reason: { code: 'left-queue', batch: number },
  })
  return true
}

/** The batch with the mark has ended: nothing starts until somebody resumes the queue. */
function stopHere(db: Db, context: Context, row: BatchRow): void {
  writeMark(db, 'stop-after', undefined, context.at)
  writeMark(
    db,
    'queue-paused',
    {
      since: context.at,
      by: context.actor,
      reason: null,
      kind: 'stop-after',
      batch: row.number,
      now: false,
    },
    context.at,
  )
  recordEvent(db, context, { kind: 'stop_after_reached', batchId: row.id })
}
