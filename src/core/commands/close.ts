/**
 * Owns closing one active batch in favour of another: it is cancelled with a reason that names its successor,
 * and what it had done by then is not done again.
 */
import type { Batch } from '../../contract/entities.ts'
import type { Reason } from '../../contract/reasons.ts'
import { cancelBatch, cutOffBatch } from '../queue/batch-ending.ts'
import { recordEvent } from '../queue/event-store.ts'
import { leaveOutDone } from '../queue/job-store.ts'
import { notPossible, Refusal, type Scope } from './command.ts'

/** Cancels an active batch in favour of another one. */
export function close(scope: Scope, other: Batch, reason: Reason): void {
  // A fill in progress is left alone; an unsealed batch that is queued needs no more jobs.
  if (other.status !== 'initiated' || other.expands === 'when-claimed')
    cutOffBatch(scope.db, scope.context, other.id)
  if (!cancelBatch(scope.db, scope.context, other.id, reason))
    throw new Refusal(notPossible(other, 'replaced'))
}

/** Jobs whose commands are done stay cancelled here, and name the batch that did each. */
export function leaveOut({ db, context }: Scope, id: string, done: ReadonlyMap<string, number>): number {
  const left = leaveOutDone(db, context.at, id, done)
  if (left > 0) recordEvent(db, context, { kind: 'jobs_left_out', batchId: id, details: { jobs: left } })
  return left
}
