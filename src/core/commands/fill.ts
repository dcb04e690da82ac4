/**
 * Owns filling the batches of one submit, job by job in short transactions, and removing them when that fails.
 * Must never seal or queue: the last transaction of `enqueue` does.
 */
import type { Batch } from '../../contract/entities.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import type { DoneCounts } from '../../contract/outputs.ts'
import type { Why } from '../../contract/reasons.ts'
import { type BatchPlan, InputsChangedError } from '../configuration/plan.ts'
import type { Configuration } from '../configuration/read.ts'
import { failpoint } from '../failpoint.ts'
import { chunkJobs, FolderError, jobChunks } from '../fill/job-chunks.ts'
import { removeUnsealed } from '../queue/batch-store.ts'
import { insertJobs, type NewJob } from '../queue/job-store.ts'
import { findBatch } from '../queue/queries.ts'
import type { Scope } from './command.ts'

/** One plan with what was decided about it. */
export type Order = {
  plan: BatchPlan
  /** Active batches in conflict. */
  conflicts: Batch[]
  /** Commands that are left out because they were done. */
  leaveOut: ReadonlySet<string>
  /** Ids of the batches whose chain this one joins. */
  continues: readonly string[]
  /** How many are left; null where that is looked up when it is the batch's turn. */
  jobs: number | null
  /** With `skipDone`: why jobs are left out, or not. */
  done: DoneCounts | null
}

/** A batch that exists and is to be filled. */
export type Fill = { id: string; number: number; order: Order; closes: Batch[] }

/** Fills every batch of a submit; if that fails, removes all of them. */
export async function fillAll(
  scope: Scope,
  configuration: Configuration,
  fills: readonly Fill[],
): Promise<Result<null>> {
  try {
    const rows = new WaitingRows(scope)
    for (const fill of fills) if (fill.order.jobs !== null) await fillOne(rows, fill)
    rows.write()
    return ok(null)
  } catch (cause) {
    abandon(scope, fills, cause instanceof Error ? cause.message : String(cause))
    const lost = endedMeanwhile(scope, fills)
    if (lost) return lost
    if (cause instanceof FolderError)
      return fail('not-possible', `${configuration.specPath}: ${cause.message}. Nothing was created.`)
    if (!(cause instanceof InputsChangedError)) throw cause
    const problems = cause.problems as never
    return fail(
      'invalid-configuration',
      `${configuration.specPath}: ${cause.message}. Nothing was created.`,
      { problems },
    )
  }
}

/** Somebody cancelled one of the batches while it was filled, which removed the rest of the submit too. */
export function endedMeanwhile({ db }: Scope, fills: readonly Fill[]): Result<never> | undefined {
  const ended = fills.map((fill) => findBatch(db, fill.id)).find((batch) => batch?.sealed)
  if (!ended) return undefined
  const why = ended.reason === null ? '' : ` (${ended.reason})`
  const others = fills.length > 1 ? ' Nothing else was created.' : ''
  return fail('not-possible', `#${ended.number} was cancelled${why} while it was being filled.${others}`)
}

/** Rows of one large batch or of many small ones, which share a transaction. */
class WaitingRows {
  readonly #db: Scope['db']
  #chunks: { id: string; jobs: readonly NewJob[] }[] = []
  #size = 0

  constructor({ db }: Scope) {
    this.#db = db
  }

  async add(id: string, jobs: readonly NewJob[]): Promise<void> {
    this.#chunks.push({ id, jobs })
    this.#size += jobs.length
    if (this.#size < chunkJobs) return
    this.write()
    await new Promise((resolve) => setImmediate(resolve)) // let the rest of the host run
  }

  write(): void {
    if (this.#size === 0) return
    // No fsync here: the last transaction of the submit makes all of it durable, and before that it doesn't count.
    this.#db.note(() => {
      for (const { id, jobs } of this.#chunks) insertJobs(this.#db, id, jobs)
    })
    failpoint('mid-fill')
    this.#chunks = []
    this.#size = 0
  }
}

async function fillOne(rows: WaitingRows, { id, number, order }: Fill): Promise<void> {
  for await (const chunk of jobChunks(order.plan, number, order.leaveOut)) await rows.add(id, chunk)
}

/** If even that can't be written (a full disk), it is tried again; if this host ends first, others do it. */
export function abandon(scope: Scope, fills: readonly Fill[], reason: Why): void {
  const { db, clock, context } = scope
  try {
    db.write(() => {
      for (const fill of fills) removeUnsealed(db, context, fill.id, reason)
    })
  } catch {
    clock.after(1_000, () => abandon(scope, fills, reason))
  }
}
