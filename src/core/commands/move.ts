/** `move`: puts queued batches at the top, the bottom, or at a position; several keep their order. */
import { failpoint } from '../failpoint.ts'
import { recordEvent } from '../queue/event-store.ts'
import { moveTo, queueLength } from '../queue/order.ts'
import { batchById } from '../queue/queries.ts'
import { changeBatches } from './change-batches.ts'
import { type Handler, notPossible, Refusal } from './command.ts'

export const move: Handler<'move'> = (scope, input) => {
  const { db, context } = scope
  return changeBatches(scope, 'move', input, {
    each(batch) {
      if (batch.status === 'queued') return
      throw new Refusal(notPossible(batch, 'moved', 'Only queued batches have a position in the queue.'))
    },
    together(batches) {
      const inOrder = batches.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
      const to = input.to === 'top' ? 1 : input.to === 'bottom' ? queueLength(db) : input.to
      moveTo(
        db,
        inOrder.map(({ id }) => id),
        to,
      )
      failpoint('mid-reorder')
      for (const { id, position } of inOrder) {
        const details = { from: position, to: batchById(db, id).position }
        recordEvent(db, context, { kind: 'batch_moved', batchId: id, details })
      }
    },
  })
}
