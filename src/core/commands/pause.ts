/** `pause`: a batch, or the queue. Running jobs end first, unless `now` stops them. */
import { ok } from '../../contract/errors.ts'
import { pauseBatch, requestPause } from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { batchById } from '../queue/queries.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { type Handler, notPossible, resolveBatch, type Scope } from './command.ts'

export const pause: Handler<'pause'> = (scope, input) => {
  const { db, context } = scope
  const reason = input.reason?.trim() || null
  if (input.batch === undefined) {
    db.write(() => pauseQueue(scope, input.now, reason))
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

/** Asking again changes nothing, and is kept all the same: what was answered stands in the audit trail. */
function pauseQueue({ db, context }: Scope, now: boolean, reason: string | null): void {
  const before = readMark(db, 'queue-paused')
  const already = before !== undefined && (before.now || !now)
  if (!already) {
    const byPerson = { since: context.at, by: context.actor, reason, kind: 'person' as const }
    writeMark(db, 'queue-paused', { ...byPerson, ...before, now }, context.at)
  }
  recordEvent(db, context, {
    kind: 'queue_paused',
    reason,
    details: { now, ...(already ? { already } : {}) },
  })
}
