/**
 * Owns explaining a conflict: which active batch conflicts, how far it is, what differs, and what would
 * be left to do. Shared by enqueue, retry and preview.
 */

import type { Batch, Conflict } from '../../contract/entities.ts'
import { fail, type Result } from '../../contract/errors.ts'
import { ago, batchName, countOf, statusWords } from '../../contract/words.ts'
import { type BatchPlan, InputsChangedError } from '../configuration/plan.ts'
import { doneInChain } from '../queue/chain-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { hashesOfBatch } from '../queue/job-queries.ts'
import type { Scope } from './command.ts'

export type Requested = {
  configuration: string
  type: string
  range: { start: number; end: number } | null
  /** Command hashes of the requested jobs. */
  hashes: readonly string[]
}

/** Command hashes of a plan's jobs; of what would be there now, where the inputs are looked up later. */
export async function commandHashes(plan: BatchPlan): Promise<string[]> {
  const hashes: string[] = []
  try {
    for await (const job of plan.jobs({ number: 0 })) hashes.push(job.commandHash)
  } catch (cause) {
    if (plan.expand !== 'when-claimed' || !(cause instanceof InputsChangedError)) throw cause
  }
  return hashes
}

/** One explanation per conflicting active batch. */
export function conflictsWith(scope: Scope, requested: Requested, existing: readonly Batch[]): Conflict[] {
  const wanted = new Set(requested.hashes)
  const doneAnywhere = new Set<string>()
  const conflicts = existing.map((batch): Conflict => {
    const done = doneInChain(scope.db, [batch.id])
    const there = new Set(done.keys())
    for (const { hash } of hashesOfBatch(scope.db, batch.id)) there.add(hash)
    for (const hash of done.keys()) doneAnywhere.add(hash)
    const { configuration, type, range } = requested
    return {
      requested: { configuration, type, range, jobs: requested.hashes.length, left: 0 },
      existing: batch,
      kind: batch.range?.start === range?.start && batch.range?.end === range?.end ? 'identity' : 'overlap',
      remaining: requested.hashes.filter((hash) => !done.has(hash)).length,
      differs: {
        added: requested.hashes.filter((hash) => !there.has(hash)).length,
        removed: [...there].filter((hash) => !wanted.has(hash)).length,
      },
      sentence: describe(scope, batch),
    }
  })
  const left = requested.hashes.filter((hash) => !doneAnywhere.has(hash)).length
  return conflicts.map((conflict) => ({ ...conflict, requested: { ...conflict.requested, left } }))
}

function describe({ clock }: Scope, batch: Batch): string {
  const place = batch.status === 'queued' ? ` at position ${batch.position}` : ''
  const done = batch.jobs.succeeded + batch.jobs.failed // those cancelled in an earlier run were not done
  const later = batch.expands === 'when-claimed' ? ': its inputs are looked up when it is its turn' : ''
  const progress = batch.sealed ? `: ${done} of ${countOf(batch.jobs.total, 'job')} done` : later
  return `${batchName(batch)} is ${statusWords(batch)}${place}${progress}, created ${ago(batch.createdAt, clock.now())}.`
}

/** Records, inside the caller's transaction, that somebody requested what these batches already are. */
export function noteConflicts(
  { db, context }: Scope,
  existing: readonly Batch[],
  what: 'enqueue' | 'retry',
  refused = false,
): void {
  for (const { id } of existing)
    recordEvent(db, context, { kind: 'enqueue_conflicted', batchId: id, details: { what, refused } })
}

/** The typed refusal; noted in the audit trail, so that a person sees what a script was refused. */
export function refuseConflicts(
  scope: Scope,
  conflicts: Conflict[],
  what: 'enqueue' | 'retry',
): Result<never> {
  const { db } = scope
  const overlap = conflicts.some((conflict) => conflict.kind === 'overlap')
  const first = conflicts[0]
  const subject = first ? `${first.requested.configuration} / ${first.requested.type}` : 'This'
  const problem = overlap
    ? `${subject} overlaps with the range of an active batch.`
    : `${subject} is already active.`
  queueMicrotask(() => {
    // After the refused transaction has been rolled back. Best effort: the refusal itself is what counts.
    try {
      const existing = conflicts.map((conflict) => conflict.existing)
      db.note(() => noteConflicts(scope, existing, what, true))
    } catch {
      // The database is closing or full; the caller has its answer.
    }
  })
  return fail('duplicate', [problem, ...conflicts.map((conflict) => conflict.sentence)].join(' '), {
    conflicts,
    hint: 'Choose with --if-exists: return (keep the existing one), replace (cancel it and start anew), remaining (run only what it has not done), allow (create another anyway).',
  })
}
