/**
 * Owns what of a plan is left out because it was done before: its command succeeded, what it read is unchanged, and its
 * outputs are there. Reads only. In doubt a job runs again.
 */
import { type Stats, statSync } from 'node:fs'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { DoneCounts } from '../../contract/outputs.ts'
import type { SkipDone } from '../../contract/references.ts'
import { type BatchPlan, InputsChangedError, type PlannedJob } from '../configuration/plan.ts'
import type { Db } from '../db/db.ts'
import { doneInChain } from '../queue/chain-store.ts'
import { type DoneJob, doneJobs, readsOfJob } from '../queue/file-store.ts'
import type { BatchRow } from '../queue/rows.ts'
import { hashFile } from './file-hash.ts'

type Done = { leaveOut: ReadonlySet<string>; counts: DoneCounts }

/** Command hashes of the jobs of a plan that need not run again, and why the others do. */
export async function doneBefore(
  db: Db,
  batch: Pick<BatchRow, 'configuration_id' | 'batch_type'> & { id?: string; chain: readonly string[] },
  plan: BatchPlan,
  mode: SkipDone | null,
): Promise<Done> {
  const leaveOut = new Set(doneInChain(db, batch.chain, null, batch.id).keys())
  const counts: DoneCounts = { unchanged: 0, changed: 0, outputsMissing: 0, new: 0, since: null }
  if (mode === null) return { leaveOut, counts }
  const done = new Map<string, DoneJob>()
  for (const job of doneJobs(db, batch.configuration_id, batch.batch_type)) done.set(job.hash, job)
  const files = new Files()
  let checked = 0
  try {
    for await (const job of plan.jobs({ number: 0 })) {
      const earlier = done.get(job.commandHash)
      const state = earlier === undefined ? 'new' : await stateOf(db, job, plan, earlier, mode, files)
      counts[state] += 1
      checked += 1
      if (checked % 200 === 0) await yieldToEventLoop()
      if (state !== 'unchanged' || earlier === undefined) continue
      leaveOut.add(job.commandHash)
      counts.since = Math.max(counts.since ?? 0, earlier.batch)
    }
  } catch (cause) {
    // Of inputs that are looked up later this is an estimate.
    if (plan.expand !== 'when-claimed' || !(cause instanceof InputsChangedError)) throw cause
  }
  return { leaveOut, counts }
}

async function stateOf(
  db: Db,
  job: PlannedJob,
  plan: BatchPlan,
  earlier: DoneJob,
  mode: SkipDone,
  files: Files,
): Promise<'unchanged' | 'changed' | 'outputsMissing'> {
  if (mode === 'command' || earlier.recorded === 0) return 'unchanged'
  const recorded = readsOfJob(db, earlier.id)
  const known = new Set(recorded.map(({ path }) => path))
  if (![...plan.options.reads, ...job.reads].every((file) => known.has(file))) return 'changed'
  for (const read of recorded) if (!(await files.isUnchanged(read))) return 'changed'
  const there = job.expect.every(({ file, nonEmpty }) => {
    const stats = look(file)
    return stats !== undefined && !(nonEmpty && stats.size === 0)
  })
  return there ? 'unchanged' : 'outputsMissing'
}

/** The files as they are now, each hashed at most once; a program or a table is read by every job. */
class Files {
  readonly #known = new Map<string, { stats: Stats | undefined; hash?: string }>()

  async isUnchanged(read: {
    path: string
    size: number
    mtimeMs: number
    hash: string | null
  }): Promise<boolean> {
    const now = this.#look(read.path)
    if (now.stats === undefined || now.stats.size !== read.size) return false
    if (now.stats.mtimeMs === read.mtimeMs) return true
    if (read.hash === null || read.hash === '') return false
    now.hash ??= await hashFile(read.path, async () => void (await yieldToEventLoop())).catch(
      () => 'unreadable',
    )
    return now.hash === read.hash
  }

  #look(file: string): { stats: Stats | undefined; hash?: string } {
    const known = this.#known.get(file)
    if (known !== undefined) return known
    if (this.#known.size > 10_000) this.#known.clear()
    const found = { stats: look(file) }
    this.#known.set(file, found)
    return found
  }
}

function look(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
