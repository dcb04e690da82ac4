/** `priority`: a new priority, and with it a new place in the line. */
import { ok } from '../../contract/errors.ts'
import { setPriority } from '../queue/batch-store.ts'
import { batchById } from '../queue/queries.ts'
import { type Handler, notPossible, Refusal, resolveBatches, writeOrRefuse } from './command.ts'

export const priority: Handler<'priority'> = ({ db, context }, input) => {
  const named = resolveBatches(db, input.batches)
  if (!named.ok) return named
  const done = writeOrRefuse(db, () => {
    for (const { id } of named.value)
      if (!setPriority(db, context, id, input.priority))
        throw new Refusal(notPossible(batchById(db, id), 'given a priority'))
  })
  if (!done.ok) return done
  return ok({ batches: named.value.map(({ id }) => batchById(db, id)) })
}
