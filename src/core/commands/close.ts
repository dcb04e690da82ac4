/**
 * Owns closing one active batch in favour of another: it is cancelled with a reason that names its successor,
 * and what it had done by then is not done again.
 */
import type { Batch } from '../../contract/entities.ts'
import { type Reason, reasonSentence } from '../../contract/reasons.ts'
import { cancelBatch, sealBatch } from '../queue/batch-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { leaveOutDoneBy, recordCancelledAttempts } from '../queue/job-store.ts'
import { notPossible, Refusal, type Scope } from './command.ts'

/** Cancels an active batch in favour of another one. */
export function close(scope: Scope, other: Batch, reason: Reason): void {
  recordCancelledAttempts(scope.db, scope.context, other.id, reasonSentence(reason))
  // A fill on its way is left alone; a queued batch that nobody has sealed has no more to wait for.
  if (other.status !== 'initiated' || other.expands === 'when-claimed')
    sealBatch(scope.db, scope.context, other.id)
  if (!cancelBatch(scope.db, scope.context, other.id, reason))
    throw new Refusal(notPossible(other, 'replaced'))
}

/** Jobs that the closed batches have done stay cancelled here, and say so. */
export function leaveOutDone({ db, context }: Scope, id: string, closed: readonly Batch[]): number {
  let left = 0
  for (const other of closed) left += leaveOutDoneBy(db, context.at, id, other)
  if (left > 0) recordEvent(db, context, { kind: 'jobs_left_out', batchId: id, details: { jobs: left } })
  return left
}
