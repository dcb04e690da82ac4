/** `pause`: a batch, or the queue. Running jobs end first, unless `now` stops them. */
import { ok } from '../../contract/errors.ts'
import { pauseBatch, requestPause } from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { batchById } from '../queue/queries.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { type Handler, notPossible, resolveBatch } from './command.ts'

export const pause: Handler<'pause'> = (scope, input) => {
  const { db, context } = scope
  const reason = input.reason ?? null
  if (input.batch === undefined) {
    db.write(() => {
      const before = readMark(db, 'queue-paused')
      const mark = before ?? {
        since: context.at,
        by: context.actor,
        reason,
        kind: 'person' as const,
        now: false,
      }
      writeMark(db, 'queue-paused', { ...mark, now: mark.now || input.now }, context.at)
      if (!before || (input.now && !before.now))
        recordEvent(db, context, { kind: 'queue_paused', reason, details: { now: input.now } })
    })
    return ok({ batches: [] })
  }
  const found = resolveBatch(db, input.batch)
  if (!found.ok) return found
  const { id } = found.value
  const changed = db.write(
    () => pauseBatch(db, context, id, reason) ?? requestPause(db, context, id, input.now, reason),
  )
  const batch = batchById(db, id)
  if (!changed) return notPossible(batch, 'paused', 'Only a queued or running batch can be paused.')
  return ok({ batches: [batch] })
}
