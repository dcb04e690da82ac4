/** `cancel`: ends batches and their open jobs at once and frees their identities. */
import { cancelBatch, cutOffBatch } from '../queue/batch-ending.ts'
import { batchById } from '../queue/queries.ts'
import { changeBatches } from './change-batches.ts'
import { type Handler, notPossible, Refusal } from './command.ts'

export const cancel: Handler<'cancel'> = (scope, input) => {
  const { db, context } = scope
  const reason = input.reason?.trim() || null
  return changeBatches(scope, 'cancel', input, {
    each({ id }) {
      cutOffBatch(db, context, id) // a host that still fills it is refused the next job, and finds it cancelled
      if (!cancelBatch(db, context, id, reason)) {
        const hint = 'Only a batch that has not ended can be cancelled.'
        throw new Refusal(notPossible(batchById(db, id), 'cancelled', hint))
      }
    },
  })
}
