/** `retry`: reopens final batches with their unfinished jobs, all jobs, or just some; meets conflicts as enqueue does. */
import type { ParsedInput } from '../../contract/commands.ts'
import type { Batch } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { isFinal } from '../../contract/states.ts'
import { getRow, noteFailedBefore, pauseBatch, reopenBatch } from '../queue/batch-store.ts'
import { hashesOfBatch } from '../queue/job-queries.ts'
import { reopenJobs } from '../queue/job-store.ts'
import { batchById, conflictingBatches } from '../queue/queries.ts'
import { lacksInputs } from '../queue/source-store.ts'
import { changeBatches, type Keep } from './change-batches.ts'
import { close, leaveOutDone } from './close.ts'
import { type Handler, notPossible, Refusal, type Scope } from './command.ts'
import { conflictsWith, noteConflicts, refuseConflicts } from './conflicts.ts'

export const retry: Handler<'retry'> = (scope, input) => {
  const existing = new Set<string>()
  const closed = new Set<string>()
  const done = changeBatches(scope, 'retry', input, {
    each(batch, keep) {
      const outcome = reopen(scope, input, batch, keep)
      for (const id of outcome.existing) existing.add(id)
      for (const id of outcome.closed) closed.add(id)
    },
  })
  if (!done.ok) return done
  const read = (ids: Iterable<string>) => [...ids].map((id) => batchById(scope.db, id))
  // What `return` left as it was is in `existing`.
  const batches = done.value.batches.filter((batch) => !isFinal(batch.status))
  return ok({ ...done.value, batches, existing: read(existing), closed: read(closed) })
}

type Reopened = { existing: string[]; closed: string[] }

function reopen(scope: Scope, input: ParsedInput<'retry'>, batch: Batch, keep: Keep): Reopened {
  const { db, context } = scope
  const { id } = batch
  const row = getRow(db, id)
  if (!row || !isFinal(batch.status))
    throw new Refusal(notPossible(batch, 'retried', 'Only a batch that has ended can be retried.'))
  if (lacksInputs(db, id))
    throw new Refusal(notPossible(batch, 'retried', 'Not all its inputs have become jobs: add it again.'))
  const identity = { configurationId: row.configuration_id, type: batch.type, range: batch.range }
  const conflicting = conflictingBatches(db, identity, id)
  if (conflicting.length > 0) {
    if (input.ifExists === 'fail') throw new Refusal(refuse(scope, input, batch, conflicting))
    if (input.ifExists === 'return') {
      noteConflicts(scope, conflicting, 'retry')
      return { existing: conflicting.map((one) => one.id), closed: [] }
    }
  }
  const closing = input.ifExists === 'replace' || input.ifExists === 'remaining' ? conflicting : []
  for (const other of closing) {
    keep(other.id)
    close(scope, other, {
      code: input.ifExists === 'replace' ? 'replaced-by-retry' : 'continued-by-retry',
      of: batch.number,
    })
  }
  const duplicateOf = input.ifExists === 'allow' ? (conflicting[0]?.id ?? null) : null
  if (!reopenBatch(db, context, id, duplicateOf)) throw new Refusal(notPossible(batchById(db, id), 'retried'))
  const jobs = reopenJobs(db, id, input.jobs ?? (input.all ? 'all' : 'unfinished'))
  noteFailedBefore(db, id)
  const left = input.ifExists === 'remaining' ? leaveOutDone(scope, id, closing) : 0
  if (jobs - left === 0) {
    const why = jobs === 0 ? 'All its jobs have succeeded' : 'All its open jobs were done by the other batch'
    throw new Refusal(
      fail('not-possible', `${why}: there is nothing of #${batch.number} to retry.`, {
        hint: '`--all` runs every job again.',
      }),
    )
  }
  if (input.paused) pauseBatch(db, context, id, null)
  return { existing: [], closed: closing.map((other) => other.id) }
}

function refuse(
  scope: Scope,
  input: ParsedInput<'retry'>,
  batch: Batch,
  conflicting: Batch[],
): Result<never> {
  const named = input.jobs && new Set(input.jobs)
  const hashes: string[] = []
  for (const { job, hash, done } of hashesOfBatch(scope.db, batch.id))
    if (named ? named.has(job) : input.all || !done) hashes.push(hash)
  return refuseConflicts(scope, conflictsWith(scope, { ...batch, hashes }, conflicting), 'retry')
}
