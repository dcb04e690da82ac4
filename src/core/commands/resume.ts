/** `resume`: a paused or held batch goes (back) into the line; without a batch, the queue goes on. */
import { ok } from '../../contract/errors.ts'
import { dropAfter } from '../queue/after-store.ts'
import { enqueueBatch, resumeBatch } from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { batchById } from '../queue/queries.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { type Handler, notPossible, resolveBatch } from './command.ts'

export const resume: Handler<'resume'> = (scope, input) => {
  const { db, context } = scope
  if (input.batch === undefined) {
    db.write(() => {
      // Also where nothing was paused: what was answered stands in the audit trail.
      const already = readMark(db, 'queue-paused') === undefined
      if (!already) writeMark(db, 'queue-paused', undefined, context.at)
      recordEvent(db, context, { kind: 'queue_resumed', ...(already ? { details: { already } } : {}) })
    })
    return ok({ batches: [] })
  }
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const { id } = found.value
  const changed = db.write(() => {
    const freed = input.ignoreAfter ? dropAfter(db, id) : 0
    if (freed > 0)
      recordEvent(db, context, { kind: 'batch_freed', batchId: id, reason: 'told not to wait any more' })
    const row = resumeBatch(db, context, id) ?? enqueueBatch(db, context, id) ?? takeBackPause(scope, id)
    return row !== undefined || freed > 0
  })
  const batch = batchById(db, id)
  if (!changed) return notPossible(batch, 'resumed', 'Only a paused batch, or one on hold, can be resumed.')
  return ok({ batches: [batch] })
}

/** A running batch that was asked to pause and hasn't yet: it just goes on. */
function takeBackPause({ db, context }: Parameters<Handler<'resume'>>[0], id: string) {
  const row = db
    .sql<{ id: string }>(
      "UPDATE batches SET pause_requested = 0 WHERE id = ? AND status = 'running' AND pause_requested > 0 RETURNING id",
    )
    .get(id)
  if (row) recordEvent(db, context, { kind: 'batch_pause_withdrawn', batchId: id })
  return row
}
