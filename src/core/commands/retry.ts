/** `retry`: reopens final batches with their unfinished jobs, all jobs, or just some; meets conflicts as enqueue does. */
import type { ParsedInput } from '../../contract/commands.ts'
import type { Batch } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { isFinal } from '../../contract/states.ts'
import { isGone } from '../host/lease.ts'
import { getRow, noteFailedBefore, pauseBatch, reopenBatch, setPriority } from '../queue/batch-store.ts'
import { doneInChain, linkChain, rerunSince } from '../queue/chain-store.ts'
import { hashesOfBatch } from '../queue/job-queries.ts'
import { reopenJobs } from '../queue/job-store.ts'
import { batchById, conflictingBatches } from '../queue/queries.ts'
import { lacksInputs } from '../queue/source-store.ts'
import { changeBatches, type Keep } from './change-batches.ts'
import { close, leaveOut } from './close.ts'
import { addAgain, type Handler, notPossible, Refusal, type Scope } from './command.ts'
import { conflictsWith, noteConflicts, refuseConflicts } from './conflicts.ts'
import { firstInQueue, type Outside, outsideOf, type Taken, takenFrom } from './succession.ts'

export const retry: Handler<'retry'> = (scope, input) => {
  const existing = new Set<string>()
  const closed = new Set<string>()
  const outside: Outside[] = []
  const placed: Taken[] = []
  const done = changeBatches(scope, 'retry', input, {
    each(batch, keep) {
      const outcome = reopen(scope, input, batch, keep)
      for (const id of outcome.existing) existing.add(id)
      for (const id of outcome.closed) closed.add(id)
      outside.push(...outcome.outside)
      placed.push(...outcome.placed)
    },
  })
  if (!done.ok) return done
  const read = (ids: Iterable<string>) => [...ids].map((id) => batchById(scope.db, id))
  // What `return` left as it was is in `existing`.
  const batches = done.value.batches.filter((batch) => !isFinal(batch.status))
  return ok({ ...done.value, batches, existing: read(existing), closed: read(closed), outside, placed })
}

type Reopened = { existing: string[]; closed: string[]; outside: Outside[]; placed: Taken[] }

function reopen(scope: Scope, input: ParsedInput<'retry'>, batch: Batch, keep: Keep): Reopened {
  const { db, context } = scope
  const { id } = batch
  const row = getRow(db, id)
  const cutOff = row?.sealed === 0 && row.expands === 'when-added' && isGone(db, row.host_id)
  if (!cutOff && (!row || !isFinal(batch.status)))
    throw new Refusal(notPossible(batch, 'retried', 'Only a batch that has ended can be retried.'))
  if (cutOff || row.cut_off === 1 || lacksInputs(db, id))
    throw new Refusal(
      fail('not-possible', `#${batch.number} never received all its jobs, so it can't be retried.`, {
        hint: addAgain,
      }),
    )
  const identity = { configurationId: row.configuration_id, type: batch.type, range: batch.range }
  const conflicting = conflictingBatches(db, identity, id)
  if (conflicting.length > 0) {
    if (input.ifExists === 'fail') throw new Refusal(refuse(scope, input, batch, conflicting))
    if (input.ifExists === 'return') {
      noteConflicts(scope, conflicting, 'retry')
      return { existing: conflicting.map((one) => one.id), closed: [], outside: [], placed: [] }
    }
  }
  const closing = input.ifExists === 'replace' || input.ifExists === 'remaining' ? conflicting : []
  const outside = outsideOf(db, closing, [batch])
  const of = input.place === 'keep' ? firstInQueue(db, closing) : undefined
  const place = (of && getRow(db, of.id)) ?? 'by rule'
  for (const other of closing) {
    keep(other.id)
    close(scope, other, {
      code: input.ifExists === 'replace' ? 'replaced-by-retry' : 'continued-by-retry',
      of: batch.number,
    })
  }
  const isRerun = input.all || (conflicting.length > 0 && input.ifExists !== 'remaining')
  const done = doneAlready(scope, input, id, conflicting)
  if (isRerun) rerunSince(db, id, context.at)
  if (input.ifExists === 'remaining')
    linkChain(
      db,
      id,
      closing.map((other) => other.id),
    )
  const duplicates = input.ifExists === 'allow' ? conflicting.map((one) => one.id) : []
  if (!reopenBatch(db, context, id, duplicates, place))
    throw new Refusal(notPossible(batchById(db, id), 'retried'))
  const jobs = reopenJobs(db, id, input.jobs ?? (input.all ? 'all' : 'unfinished'))
  noteFailedBefore(db, id)
  if (jobs - leaveOut(scope, id, done) === 0) {
    const why =
      jobs === 0
        ? 'All its jobs have succeeded'
        : `All its open jobs were done by ${[...new Set(done.values())].map((number) => `#${number}`).join(', ')}`
    throw new Refusal(
      fail('not-possible', `${why}: there is nothing of #${batch.number} to retry.`, {
        hint: '`--all` runs every job again.',
      }),
    )
  }
  if (input.paused) pauseBatch(db, context, id, null)
  if (of && of.priority !== batch.priority) setPriority(db, context, id, of.priority, true)
  return {
    existing: [],
    closed: closing.map((other) => other.id),
    outside,
    placed: of ? [takenFrom(db, { id, of })] : [],
  }
}

/**
 * What need not run again, with the batch that did it: what the chain has done. Jobs that are named, and all jobs with
 * `--all` or a restart, run again whoever has done them.
 */
function doneAlready(
  { db }: Scope,
  { all, jobs, ifExists }: ParsedInput<'retry'>,
  id: string,
  conflicting: readonly Batch[],
): ReadonlyMap<string, number> {
  const others = conflicting.map((other) => other.id)
  const isAsked = all || jobs !== undefined
  if (ifExists === 'remaining') return doneInChain(db, isAsked ? others : [id, ...others])
  return isAsked || others.length > 0 ? new Map() : doneInChain(db, [id])
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
