/**
 * `undo`: reverts an action of a person or script as one step. What has changed since is left as it is and named;
 * if nothing can be reverted, the answer is an error, and the next `undo` reverts the action before.
 */
import { fail, ok, type RefusedBatch, type Result } from '../../contract/errors.ts'
import { recordEvent } from '../queue/event-store.ts'
import { findBatch } from '../queue/queries.ts'
import { writeMark } from '../queue/settings-store.ts'
import {
  type Action,
  changedAfter,
  closeAction,
  findAction,
  latestAction,
  type QueueMarks,
  type Step,
} from '../queue/undo-store.ts'
import { queueMarks, surfaceOf } from './change-batches.ts'
import { type Handler, Refusal, type Scope } from './command.ts'
import { restorePlaces } from './restore-places.ts'
import { restoreState } from './restore-state.ts'

export const undo: Handler<'undo'> = (scope, input) => {
  const { db, context } = scope
  return db.write(() => {
    const latest = () => latestAction(db, context.actor, surfaceOf(scope))
    const id = input.action ?? latest()?.id
    if (id === undefined) return fail('not-possible', 'There is nothing to undo.')
    const action = findAction(db, id)
    if (action === undefined || action.undone_at !== null || action.refused_at !== null) {
      if (action === undefined) closeAction(db, id, context.at, 'refused')
      const why =
        action === undefined
          ? 'is not known'
          : action.undone_at === null
            ? "can't be undone any more"
            : 'has been undone already'
      return fail('not-possible', `Action ${id} ${why}.`)
    }
    const { restored, refused } = restore(scope, action)
    const marks = restoreMarks(scope, action)
    const failed = restored.length === 0 && !(action.steps.length === 0 && marks)
    closeAction(db, id, context.at, failed ? 'refused' : 'undone')
    const { command } = action
    const details = { action: id, command, batches: restored.length, refused: refused.length, failed }
    recordEvent(db, context, { kind: 'action_undone', details })
    if (failed) return refusal(action, refused)
    const batches = restored.flatMap(({ batch }) => findBatch(db, batch) ?? [])
    const next = latest()
    return ok({
      command,
      batches,
      refused,
      next: next ? { action: next.id, command: next.command, at: next.at } : null,
    })
  })
}

function restore(scope: Scope, action: Action): { restored: Step[]; refused: RefusedBatch[] } {
  const { db } = scope
  const later = changedAfter(db, action.id)
  const restored: Step[] = []
  const refused: RefusedBatch[] = []
  // A batch that was reopened first releases the identity to those that were closed for it.
  const reopened = (step: Step) => step.before.run !== undefined
  for (const step of [...action.steps.filter(reopened), ...action.steps.filter((step) => !reopened(step))]) {
    const batch = findBatch(db, step.batch)
    if (!batch) continue // removed with its history
    try {
      db.savepoint(() => restoreState(scope, batch, step, later.get(step.batch) ?? new Set()))
      restored.push(step)
    } catch (cause) {
      if (!(cause instanceof Refusal) || cause.result.ok) throw cause
      const { code, message, hint } = cause.result.error
      refused.push({ id: batch.id, number: batch.number, code, message, hint })
    }
  }
  restorePlaces(scope, restored)
  return { restored, refused }
}

/** Restores the queue's marks, unless somebody has changed them since. False: none could be restored. */
function restoreMarks(scope: Scope, { marks }: Action): boolean {
  const { db, context } = scope
  const now = queueMarks(scope)
  const names = Object.keys(marks.after) as (keyof QueueMarks)[]
  const asLeft = names.filter((name) => JSON.stringify(now[name]) === JSON.stringify(marks.after[name]))
  for (const name of asLeft) {
    writeMark(db, name, marks.before[name] ?? undefined, context.at)
    const paused = marks.before['queue-paused']
    const kind = {
      'queue-paused': paused ? 'queue_paused' : 'queue_resumed',
      'stop-after': marks.before['stop-after'] ? 'stop_after_set' : 'stop_after_cleared',
    }[name]
    recordEvent(db, context, { kind, details: name === 'queue-paused' && paused ? { now: paused.now } : {} })
  }
  return asLeft.length > 0
}

function refusal(action: Action, refused: RefusedBatch[]): Result<never> {
  const [first] = refused
  const why = first?.message ?? 'The queue has been changed since.'
  return fail('not-possible', `This ${action.command} can't be undone: ${why}`, { refused })
}
