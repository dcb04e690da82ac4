/**
 * Owns writing batches: one guarded UPDATE for each legal edge, named after the edge, with its event in the
 * same transaction. No row returned means that another process was faster: a result, not an error.
 * Callers hold a transaction (`db.write`).
 */
import type { Why } from '../../contract/reasons.ts'
import type { BatchStatus, Expansion } from '../../contract/states.ts'
import type { Db } from '../db/db.ts'
import { newBatchId } from './batch-id.ts'
import type { Context } from './context.ts'
import { type ReasonColumns, reasonColumns, recordEvent } from './event-store.ts'
import {
  closeGap,
  frontBefore,
  frontByRule,
  lastInQueue,
  queueLength,
  queueTime,
  standBehind,
} from './order.ts'
import type { BatchRow } from './rows.ts'

export type NewBatch = {
  configurationId: number
  type: string
  range: { start: number; end: number } | null
  priority: number
  duplicateOf: string | null
  /** The other active batches that it knowingly duplicates. */
  alsoDuplicates?: readonly string[]
  continues: string | null
  /** When its inputs are looked up; 'when-added' unless given. */
  expands?: Expansion
  /** How to run it; stored as JSON. */
  options: Record<string, unknown>
  details: Record<string, unknown>
}

/** Creates an unsealed batch on hold, owned by the host that fills it. */
export function createBatch(db: Db, context: Context, batch: NewBatch): BatchRow {
  const row = db
    .sql<BatchRow>(
      `INSERT INTO batches (id, configuration_id, batch_type, priority, duplicate_of, also_duplicates, continues, range_start,
                            range_end, expands, options, host_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    )
    .get(
      newBatchId(context.at),
      batch.configurationId,
      batch.type,
      batch.priority,
      batch.duplicateOf,
      JSON.stringify(batch.alsoDuplicates ?? []),
      batch.continues,
      batch.range?.start ?? null,
      batch.range?.end ?? null,
      batch.expands ?? 'when-added',
      JSON.stringify(batch.options),
      context.hostId,
      context.at,
    )
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  recordEvent(db, context, {
    kind: 'batch_created',
    batchId: row.id,
    to: 'initiated',
    details: batch.details,
  })
  return row
}

/** All jobs are in: from now on the batch can be queued and finished. */
export function sealBatch(db: Db, context: Context, id: string): BatchRow | undefined {
  const row = db
    .sql<BatchRow>('UPDATE batches SET sealed = 1, host_id = NULL WHERE id = ? AND sealed = 0 RETURNING *')
    .get(id)
  if (row) recordEvent(db, context, { kind: 'batch_sealed', batchId: id, details: { jobs: row.jobs_total } })
  return row
}

/** Removes a batch whose fill was interrupted, with everything in it. */
export function removeUnsealed(db: Db, context: Context, id: string, reason: Why): boolean {
  const row = db.sql<BatchRow>('DELETE FROM batches WHERE id = ? AND sealed = 0 RETURNING *').get(id)
  if (!row) return false
  recordEvent(db, context, { kind: 'batch_abandoned', batchId: id, reason, details: { number: row.number } })
  return true
}

/** initiated → queued (first enqueue or release from hold), by rule or in front of the batch whose place it takes. */
export function enqueueBatch(db: Db, context: Context, id: string, inPlaceOf?: string): BatchRow | undefined {
  const place = (inPlaceOf === undefined ? undefined : getRow(db, inPlaceOf)) ?? 'by rule'
  return toQueue(db, context, id, ['initiated'], 'batch_enqueued', place)
}

/** It is no duplicate any more: what it duplicated has been closed. */
export function standAlone(db: Db, id: string): void {
  db.sql(`UPDATE batches SET duplicate_of = NULL, also_duplicates = '[]' WHERE id = ?`).run(id)
}

/** paused → queued: back to its old position, as it keeps the time at which it was first queued. */
export function resumeBatch(db: Db, context: Context, id: string): BatchRow | undefined {
  return toQueue(db, context, id, ['paused'], 'batch_resumed', 'by rule')
}

/** running → queued at the top: its host leaves in good order, or the queue was paused. */
export function releaseBatch(db: Db, context: Context, id: string, reason: Why): BatchRow | undefined {
  return toQueue(db, context, id, ['running'], 'batch_released', 'top', reason)
}

/**
 * A final batch is queued again; the caller has returned its jobs to `pending` after this. It knowingly duplicates only
 * the given active batches: what it once duplicated may have ended, or been an add that was taken back.
 */
export function reopenBatch(
  db: Db,
  context: Context,
  id: string,
  duplicates: readonly string[],
  inPlaceOf: BatchRow | 'by rule' = 'by rule',
): BatchRow | undefined {
  const [duplicateOf = null, ...others] = duplicates
  db.sql(
    `UPDATE batches SET duplicate_of = ?, also_duplicates = ? WHERE id = ? AND completed_at IS NOT NULL`,
  ).run(duplicateOf, JSON.stringify(others), id)
  return toQueue(
    db,
    context,
    id,
    ['completed', 'completed_with_errors', 'failed', 'cancelled'],
    'batch_retried',
    inPlaceOf,
  )
}

/** Notes how many jobs had failed before this run and stay as they are; after the jobs of a retry were reopened. */
export function noteFailedBefore(db: Db, id: string): void {
  db.sql(`UPDATE batches SET failed_before = jobs_failed WHERE id = ?`).run(id)
}

function toQueue(
  db: Db,
  context: Context,
  id: string,
  from: readonly BatchStatus[],
  kind: string,
  place: 'by rule' | 'top' | BatchRow,
  reason: Why = null,
): BatchRow | undefined {
  const before = getRow(db, id)
  // Only the edge into the queue needs the seal; a batch that runs unsealed can still be released.
  if (!before || !from.includes(before.status)) return undefined
  if (before.sealed === 0 && place !== 'top' && !isDeferred(before)) return undefined
  const reopened = before.completed_at !== null
  const other = typeof place === 'object' ? place : undefined
  const first = reopened || before.queued_at === null ? queueTime(db, context.at) : before.queued_at
  const queuedAt = other?.queued_at ?? first
  const last = lastInQueue(db)
  const { priority, number } = before
  const isTop = place === 'top' || other?.position === 0
  const rank = other?.rank ?? null // it may have left the queue by now
  const ruled = () => frontByRule(db, { priority, queuedAt, number })
  const front = isTop ? undefined : rank === null ? ruled() : frontBefore(db, rank)
  // One statement for all ways into the queue: the edge itself is checked by the table of legal transitions.
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET status = 'queued', position = ?, queued_at = ?, completed_at = NULL, error = NULL,
              reason = NULL, reason_code = NULL, reason_values = NULL, host_id = NULL, pause_requested = 0, closed_by = NULL, seen_at = NULL,
              cleared_at = NULL, run = run + ?, started_at = CASE WHEN ? THEN NULL ELSE started_at END
       WHERE id = ? AND status = ? RETURNING *`,
    )
    .get(queueLength(db) + 1, queuedAt, reopened ? 1 : 0, reopened ? 1 : 0, id, before.status)
  if (!row) return undefined
  if (front !== last) row.position = standBehind(db, [number], front)
  const details = { position: row.position }
  recordEvent(db, context, { kind, batchId: id, from: before.status, to: 'queued', reason, details })
  return row
}

/** Complete without its jobs, which are added when it is its turn. */
function isDeferred({ sealed, expands, host_id }: BatchRow): boolean {
  return sealed === 0 && expands === 'when-claimed' && host_id === null
}

/**
 * queued → running at position 0 with a fresh token: the first queued batch whose predecessors have all
 * completed, if nothing runs and the host still is the executor. One whose jobs are not there yet is returned as it is,
 * still queued: it has to be expanded first, and nothing passes it. Undefined: nothing to claim.
 */
export function claimHead(db: Db, context: Context, token: string): BatchRow | undefined {
  const head = db
    .sql<BatchRow>(
      // Walks the queue in order and stops at the first hit; a waiting batch lets those behind it pass.
      `SELECT b.* FROM batches b
       WHERE b.rank IS NOT NULL AND (b.sealed = 1 OR b.expands = 'when-claimed')
         AND NOT EXISTS (SELECT 1 FROM batches r WHERE r.position = 0)
         AND EXISTS (SELECT 1 FROM hosts WHERE id = ? AND executor = 1)
         AND NOT EXISTS (SELECT 1 FROM batch_after a LEFT JOIN batches p ON p.id = a.predecessor_id
                         WHERE a.batch_id = b.id AND p.status IS NOT 'completed')
       ORDER BY b.rank, b.number LIMIT 1`,
    )
    .get(context.hostId)
  if (!head || head.position === null) return undefined
  if (head.sealed === 0) return head
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET status = 'running', position = 0, claim_token = ?, host_id = ?, pause_requested = 0,
              started_at = coalesce(started_at, ?)
       WHERE id = ? AND status = 'queued' RETURNING *`,
    )
    .get(token, context.hostId, context.at, head.id)
  closeGap(db, head.position)
  if (row) recordEvent(db, context, { kind: 'batch_claimed', batchId: row.id, from: 'queued', to: 'running' })
  return row
}

/** The running batch changes hands: new owner, new token, so that the old owner's verdicts are refused. */
export function takeOverBatch(
  db: Db,
  context: Context,
  id: string,
  token: string,
  reason: Why,
): BatchRow | undefined {
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET claim_token = ?, host_id = ? WHERE id = ? AND status = 'running' RETURNING *`,
    )
    .get(token, context.hostId, id)
  if (!row) return undefined
  db.sql(`UPDATE jobs SET claim_token = ? WHERE batch_id = ? AND status = 'running'`).run(token, id)
  recordEvent(db, context, { kind: 'batch_taken_over', batchId: id, reason })
  return row
}

/** A given reason replaces the current one; without one, the current one stays. */
const givenReason = `reason = CASE WHEN ? THEN ? ELSE reason END, reason_code = CASE WHEN ? THEN ? ELSE reason_code END,
              reason_values = CASE WHEN ? THEN ? ELSE reason_values END`

function givenReasonValues({ words, code, values }: ReasonColumns): (string | number | null)[] {
  const given = words === null && code === null ? 0 : 1
  return [given, words, given, code, given, values]
}

/** Requests the executor to pause a running batch: 1 = when its running jobs have ended, 2 = stop them now. */
export function requestPause(
  db: Db,
  context: Context,
  id: string,
  now: boolean,
  reason: Why,
): BatchRow | undefined {
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET pause_requested = max(pause_requested, ?), ${givenReason}
       WHERE id = ? AND status = 'running' RETURNING *`,
    )
    .get(now ? 2 : 1, ...givenReasonValues(reasonColumns(reason)), id)
  if (row) recordEvent(db, context, { kind: 'batch_pause_requested', batchId: id, reason, details: { now } })
  return row
}

/** Withdraws the pause request of a running batch that hasn't paused yet. */
export function withdrawPause(db: Db, context: Context, id: string): BatchRow | undefined {
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET pause_requested = 0 WHERE id = ? AND status = 'running' AND pause_requested > 0 RETURNING *`,
    )
    .get(id)
  if (row) recordEvent(db, context, { kind: 'batch_pause_withdrawn', batchId: id })
  return row
}

/** queued or running → paused. A running one must have no running job (the executor sees to that). */
export function pauseBatch(db: Db, context: Context, id: string, reason: Why): BatchRow | undefined {
  const before = getRow(db, id)
  if (!before || (before.status !== 'queued' && !(before.status === 'running' && before.jobs_running === 0)))
    return undefined
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET status = 'paused', position = NULL, pause_requested = 0, host_id = NULL, ${givenReason}
       WHERE id = ? AND status = ? RETURNING *`,
    )
    .get(...givenReasonValues(reasonColumns(reason)), id, before.status)
  if (!row) return undefined
  if (before.position !== null && before.position > 0) closeGap(db, before.position)
  recordEvent(db, context, { kind: 'batch_paused', batchId: id, from: before.status, to: 'paused', reason })
  return row
}

/** Changes the priority and, for a queued batch, its place, unless that is to stay. */
export function setPriority(
  db: Db,
  context: Context,
  id: string,
  priority: number,
  keepPlace = false,
): BatchRow | undefined {
  const before = getRow(db, id)
  if (!before || before.completed_at !== null) return undefined
  if (!keepPlace && before.position !== null && before.position > 0) {
    const { number, queued_at: queuedAt } = before
    standBehind(db, [number], frontByRule(db, { priority, queuedAt: queuedAt ?? context.at, number }))
  }
  const row = db.sql<BatchRow>('UPDATE batches SET priority = ? WHERE id = ? RETURNING *').get(priority, id)
  const details = { from: before.priority, to: priority, position: row?.position ?? null }
  recordEvent(db, context, { kind: 'batch_reprioritized', batchId: id, details })
  return row
}

/** The row as it is, by id. */
export function getRow(db: Db, id: string): BatchRow | undefined {
  return db.sql<BatchRow>('SELECT * FROM batches WHERE id = ?').get(id)
}
