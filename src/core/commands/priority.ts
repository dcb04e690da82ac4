/** `priority`: a new priority, and with it a new position in the queue. */
import { setPriority } from '../queue/batch-store.ts'
import { changeBatches } from './change-batches.ts'
import { type Handler, notPossible, Refusal } from './command.ts'

export const priority: Handler<'priority'> = (scope, input) =>
  changeBatches(scope, 'priority', input, {
    each(batch) {
      if (!setPriority(scope.db, scope.context, batch.id, input.priority))
        throw new Refusal(notPossible(batch, 'given a priority'))
    },
  })
