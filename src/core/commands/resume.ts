/** `resume`: paused or held batches go back into the queue; without batches, the queue resumes. */
import { ok } from '../../contract/errors.ts'
import { dropAfter } from '../queue/after-store.ts'
import { enqueueBatch, resumeBatch, withdrawPause } from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { readMark, writeMark } from '../queue/settings-store.ts'
import { changeBatches, recordUndo, refsOf } from './change-batches.ts'
import { type Handler, notPossible, Refusal, type Scope } from './command.ts'

export const resume: Handler<'resume'> = (scope, input) => {
  const { db, context } = scope
  if (refsOf(input) === undefined) {
    const { undo } = db.write(() => recordUndo(scope, 'resume', () => resumeQueue(scope)))
    return ok({ batches: [], refused: [], undo })
  }
  return changeBatches(scope, 'resume', input, {
    each(batch) {
      const { id } = batch
      const freed = input.ignoreAfter ? dropAfter(db, id) : 0
      if (freed > 0)
        recordEvent(db, context, {
          kind: 'batch_freed',
          batchId: id,
          reason: { code: 'freed' },
        })
      const row =
        resumeBatch(db, context, id) ?? enqueueBatch(db, context, id) ?? withdrawPause(db, context, id)
      if (row === undefined && freed === 0)
        throw new Refusal(
          notPossible(batch, 'resumed', 'Only a paused batch, or one on hold, can be resumed.'),
        )
    },
  })
}

/** Recorded even if nothing was paused: every answer is in the audit trail. */
function resumeQueue({ db, context }: Scope): void {
  const already = readMark(db, 'queue-paused') === undefined
  if (!already) writeMark(db, 'queue-paused', undefined, context.at)
  recordEvent(db, context, { kind: 'queue_resumed', ...(already ? { details: { already } } : {}) })
}
