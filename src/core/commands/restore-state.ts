/**
 * Owns undoing what an action did to one batch: its status, priority, pause, predecessors and marks. Its position in
 * the queue is restored afterwards, for all batches together.
 */
import type { Batch } from '../../contract/entities.ts'
import { isFinal } from '../../contract/states.ts'
import { restoreAfter } from '../queue/after-store.ts'
import { cancelBatch } from '../queue/batch-ending.ts'
import { clearHistory } from '../queue/batch-marks.ts'
import {
  getRow,
  pauseBatch,
  reopenBatch,
  requestPause,
  resumeBatch,
  setPriority,
  withdrawPause,
} from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { reopenCancelledJobs } from '../queue/job-store.ts'
import { moveTo } from '../queue/order.ts'
import { conflictingBatches } from '../queue/queries.ts'
import { type BatchState, batchState, type Step } from '../queue/undo-store.ts'
import { notPossible, Refusal, type Scope } from './command.ts'

/** Restores the batch to what it was before, or throws a `Refusal` with what has happened since. */
export function restoreState(
  scope: Scope,
  batch: Batch,
  step: Step,
  changedLater: ReadonlySet<string>,
): void {
  const { db, context } = scope
  const { id } = batch
  const { before, after } = step
  const now = batchState(db, id)
  if (!now) return
  if (before.sealed === 0)
    throw new Refusal(
      notPossible(batch, 'brought back', 'It had not received all its jobs. Add it again instead.'),
    )
  if (hasMovedOn(now, step) || Object.keys(after).some((field) => changedLater.has(field)))
    throw new Refusal(notPossible(batch, 'put back', 'It has been changed since.'))
  if (before.status !== undefined) restoreStatus(scope, batch, before)
  if (before.priority !== undefined) setPriority(db, context, id, before.priority, true)
  if (before.after !== undefined) restoreAfter(db, id, before.after)
  if (before.pauseRequested !== undefined && before.status === undefined)
    restorePause(scope, batch, before.pauseRequested)
  if (before.clearedAt !== undefined && isFinal(batch.status)) {
    clearHistory(db, [id], before.clearedAt)
    recordEvent(db, context, { kind: 'history_cleared', batchId: id, details: { batches: 1, undo: true } })
  }
}

/** What the action changed has another value now; its position may change by itself. */
function hasMovedOn(now: BatchState, { after }: Step): boolean {
  if (after.place !== undefined && after.place !== null && now.status !== 'queued') return true
  if (after.pauseRequested !== undefined && now.status === 'paused') return false // it has paused, as requested
  const compared = ['status', 'run', 'priority', 'pauseRequested', 'clearedAt', 'after'] as const
  return compared.some(
    (field) => field in after && JSON.stringify(now[field]) !== JSON.stringify(after[field]),
  )
}

/** For a running batch; it may have paused meanwhile, as requested, and then runs next. */
function restorePause({ db, context }: Scope, { id, status }: Batch, level: number): void {
  if (status === 'paused' && level === 0 && resumeBatch(db, context, id)) moveTo(db, [id], 1)
  else if (level === 0) withdrawPause(db, context, id)
  else requestPause(db, context, id, level === 2, null)
}

function restoreStatus(scope: Scope, batch: Batch, before: Partial<BatchState>): void {
  const { db, context } = scope
  const { id, status } = batch
  const reason = before.reason ?? null
  const waits = before.status === 'paused' || before.status === 'initiated'
  if (isFinal(status)) {
    reopen(scope, batch, before)
    if (waits) pauseBatch(db, context, id, reason)
  } else if (before.status !== undefined && isFinal(before.status)) {
    if (batch.startedAt !== null) throw new Refusal(notPossible(batch, 'put back', 'It has started since.'))
    cancelBatch(db, context, id, 'the retry was undone')
  } else if (waits) pauseBatch(db, context, id, reason)
  else resumeBatch(db, context, id)
}

/** A cancelled batch continues where it was, unless its identity has been taken since. */
function reopen(scope: Scope, batch: Batch, before: Partial<BatchState>): void {
  const { db, context } = scope
  const row = getRow(db, batch.id)
  if (!row) return
  const identity = { configurationId: row.configuration_id, type: batch.type, range: batch.range }
  const active = conflictingBatches(db, identity, batch.id)
  const original = active.find((other) => other.id === row.duplicate_of)
  if (active.length > 0 && !original)
    throw new Refusal(
      notPossible(batch, 'brought back', `#${active[0]?.number} is active and has the same identity.`),
    )
  const duplicates = original ? [original, ...active.filter((other) => other !== original)] : []
  if (
    !reopenBatch(
      db,
      context,
      batch.id,
      duplicates.map((other) => other.id),
    )
  )
    throw new Refusal(notPossible(batch, 'brought back'))
  reopenCancelledJobs(db, batch.id, batch.completedAt ?? 0)
  if (before.clearedAt !== undefined && before.clearedAt !== null)
    clearHistory(db, [batch.id], before.clearedAt)
}
