/**
 * Owns closing a batch whose jobs are done: the status it has earned, and the guarded, idempotent write. Layer 1 is the
 * executor in the transaction of the last verdict, layer 2 the finalizer's sweep, layer 3 the summary command.
 */
import type { Reason } from '../../contract/reasons.ts'
import type { FinalBatchStatus } from '../../contract/states.ts'
import type { Db } from '../db/db.ts'
import { failpoint } from '../failpoint.ts'
import { endBatch } from '../queue/batch-ending.ts'
import { getRow } from '../queue/batch-store.ts'
import type { Context } from '../queue/context.ts'
import { recordEvent } from '../queue/event-store.ts'
import { jobsNotRun } from '../queue/job-store.ts'
import type { BatchRow } from '../queue/rows.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { runOptions, stopRule } from './batch-options.ts'

export type Layer = 'event' | 'sweep' | 'demand'

/**
 * The final status that a batch without open jobs has earned; `notRun` of them were cancelled with an earlier run and
 * not retried since. A batch with missing work must not count as complete for its successors.
 */
export function earnedStatus(row: BatchRow, notRun = 0): { status: FinalBatchStatus; reason: Reason | null } {
  const rule = stopRule(runOptions(row), row)
  if (rule !== null) return { status: 'failed', reason: rule }
  if (row.jobs_failed > 0) return { status: 'completed_with_errors', reason: null }
  if (notRun === 0) return { status: 'completed', reason: null }
  return {
    status: 'completed_with_errors',
    reason: { code: 'jobs-not-run', notRun, total: row.jobs_total },
  }
}

/** Closes the batch if it runs and none of its jobs is open; undefined: not done, or another process was faster. */
export function closeIfDone(db: Db, context: Context, id: string, layer: Layer): BatchRow | undefined {
  return db.write(() => {
    const row = getRow(db, id)
    if (row?.status !== 'running' || row.sealed === 0 || row.jobs_pending + row.jobs_running > 0)
      return undefined
    const { status, reason } = earnedStatus(row, row.jobs_cancelled === 0 ? 0 : jobsNotRun(db, id))
    const closed = endBatch(db, context, id, status, { reason, kind: `batch_${status}`, closedBy: layer })
    failpoint('mid-finalize')
    if (closed && layer !== 'event') countRescue(db, context, closed, layer)
    return closed
  })
}

function countRescue(db: Db, context: Context, row: BatchRow, layer: Layer): void {
  const state = readMark(db, 'finalizer')
  const mark = {
    lastSweepAt: state?.lastSweepAt ?? context.at,
    nextSweepAt: state?.nextSweepAt ?? context.at,
    rescues: (state?.rescues ?? 0) + 1,
    lastRescueAt: context.at,
  }
  writeMark(db, 'finalizer', mark, context.at)
  recordEvent(db, context, { kind: 'finalizer_rescued', batchId: row.id, details: { layer } })
}
