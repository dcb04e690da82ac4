/** `move`: puts queued batches at the top, the bottom, or at a position; several keep their order. */
import { ok } from '../../contract/errors.ts'
import { failpoint } from '../failpoint.ts'
import { recordEvent } from '../queue/event-store.ts'
import { moveTo, queueLength } from '../queue/order.ts'
import { batchById } from '../queue/queries.ts'
import { type Handler, notPossible, Refusal, resolveBatches, writeOrRefuse } from './command.ts'

export const move: Handler<'move'> = ({ db, context }, input) => {
  const named = resolveBatches(db, input.batches)
  if (!named.ok) return named
  const done = writeOrRefuse(db, () => {
    const current = named.value.map(({ id }) => batchById(db, id)) // as they are inside the transaction
    const stuck = current.find((batch) => batch.status !== 'queued')
    if (stuck) throw new Refusal(notPossible(stuck, 'moved', 'Only queued batches have a place in the line.'))
    const ids = current.sort((a, b) => (a.position ?? 0) - (b.position ?? 0)).map(({ id }) => id)
    const to = input.to === 'top' ? 1 : input.to === 'bottom' ? queueLength(db) : input.to
    moveTo(db, ids, to)
    failpoint('mid-reorder')
    for (const batch of current) {
      const position = batchById(db, batch.id).position
      recordEvent(db, context, {
        kind: 'batch_moved',
        batchId: batch.id,
        details: { from: batch.position, to: position },
      })
    }
  })
  if (!done.ok) return done
  return ok({ batches: named.value.map(({ id }) => batchById(db, id)) })
}
