/** `stop-after`: marks the batch after whose end nothing starts, or takes the mark away. */
import { ok } from '../../contract/errors.ts'
import { isFinal } from '../../contract/states.ts'
import { recordEvent } from '../queue/event-store.ts'
import { batchById } from '../queue/queries.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { type Handler, notPossible, Refusal, resolveBatch, writeOrRefuse } from './command.ts'

export const stopAfter: Handler<'stop-after'> = ({ db, context }, input) => {
  if (input.batch === null) {
    db.write(() => {
      const mark = readMark(db, 'stop-after')
      if (mark) writeMark(db, 'stop-after', undefined, context.at)
      // Also where there was no mark: what was answered stands in the audit trail.
      const what = mark ? { batchId: mark.batchId } : { details: { already: true } }
      recordEvent(db, context, { kind: 'stop_after_cleared', ...what })
    })
    return ok({ stopAfter: null })
  }
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const { id } = found.value
  const done = writeOrRefuse(db, () => {
    const batch = batchById(db, id)
    if (isFinal(batch.status)) throw new Refusal(notPossible(batch, 'a place to stop after'))
    writeMark(db, 'stop-after', { batchId: id }, context.at)
    recordEvent(db, context, { kind: 'stop_after_set', batchId: id })
  })
  return done.ok ? ok({ stopAfter: id }) : done
}
