/** `pause`: batches, or the queue. Running jobs end first, unless `now` stops them. */
import { ok } from '../../contract/errors.ts'
import { pauseBatch, requestPause } from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { changeBatches, recordUndo, refsOf } from './change-batches.ts'
import { type Handler, notPossible, Refusal, type Scope } from './command.ts'

export const pause: Handler<'pause'> = (scope, input) => {
  const { db, context } = scope
  const reason = input.reason?.trim() || null
  if (refsOf(input) === undefined) {
    const { undo } = db.write(() => recordUndo(scope, 'pause', () => pauseQueue(scope, input.now, reason)))
    return ok({ batches: [], refused: [], undo })
  }
  return changeBatches(scope, 'pause', input, {
    each(batch) {
      const { id } = batch
      const row = pauseBatch(db, context, id, reason) ?? requestPause(db, context, id, input.now, reason)
      if (!row)
        throw new Refusal(notPossible(batch, 'paused', 'Only a queued or running batch can be paused.'))
    },
  })
}

/** A second request changes nothing but is recorded all the same: every answer is in the audit trail. */
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
