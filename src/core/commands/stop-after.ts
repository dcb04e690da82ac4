/** `stop-after`: marks the batch after whose end nothing starts, or removes the mark. */
import { ok } from '../../contract/errors.ts'
import { isFinal } from '../../contract/states.ts'
import { recordEvent } from '../queue/event-store.ts'
import { batchById } from '../queue/queries.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { recordUndo } from './change-batches.ts'
import { type Handler, notPossible, Refusal, resolveBatch, writeOrRefuse } from './command.ts'

export const stopAfter: Handler<'stop-after'> = (scope, input) => {
  const { db, context } = scope
  if (input.batch === null) {
    const clearMark = () => {
      const mark = readMark(db, 'stop-after')
      if (mark) writeMark(db, 'stop-after', undefined, context.at)
      // Recorded even if there was no mark: every answer is in the audit trail.
      const what = mark ? { batchId: mark.batchId } : { details: { already: true } }
      recordEvent(db, context, { kind: 'stop_after_cleared', ...what })
    }
    return ok({ stopAfter: null, undo: db.write(() => recordUndo(scope, 'stop-after', clearMark)).undo })
  }
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const { id } = found.value
  const done = writeOrRefuse(db, () =>
    recordUndo(scope, 'stop-after', () => {
      const batch = batchById(db, id)
      if (isFinal(batch.status)) throw new Refusal(notPossible(batch, 'a place to stop after'))
      writeMark(db, 'stop-after', { batchId: id }, context.at)
      recordEvent(db, context, { kind: 'stop_after_set', batchId: id })
    }),
  )
  return done.ok ? ok({ stopAfter: id, undo: done.value.undo }) : done
}
