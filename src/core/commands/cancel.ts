/** `cancel`: ends batches and their open jobs at once and frees their identities; all of them, or none. */
import { ok } from '../../contract/errors.ts'
import { cancelBatch, sealBatch } from '../queue/batch-store.ts'
import { recordCancelledAttempts } from '../queue/job-store.ts'
import { batchById } from '../queue/queries.ts'
import { type Handler, notPossible, Refusal, resolveBatches, writeOrRefuse } from './command.ts'

export const cancel: Handler<'cancel'> = ({ db, context }, input) => {
  const found = resolveBatches(db, input.batches)
  if (!found.ok) return found
  const reason = input.reason?.trim() || null
  const done = writeOrRefuse(db, () => {
    for (const { id } of found.value) {
      recordCancelledAttempts(db, context, id, reason ?? 'the batch was cancelled')
      sealBatch(db, context, id) // whoever still fills it is refused the next job, and finds it cancelled
      if (!cancelBatch(db, context, id, reason)) {
        const hint = 'Only a batch that has not ended can be cancelled. Nothing was changed.'
        const refused = notPossible(batchById(db, id), 'cancelled', hint)
        throw new Refusal(refused)
      }
    }
  })
  if (!done.ok) return done
  return ok({ batches: found.value.map(({ id }) => batchById(db, id)) })
}
