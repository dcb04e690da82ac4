/**
 * Owns looking up the inputs of a batch when it is its turn: the batch stays queued and unsealed while its jobs are
 * added in short transactions, and is sealed in the last one; only then can it be claimed. If the host dies in
 * between, its successor continues, provided that the inputs are still the same.
 *
 * Must never read the configuration file again (what counts is the text that was added, and trusted), and never add a
 * job under a role that is no longer this host's.
 */
import { isAdHoc } from '../../contract/ad-hoc.ts'
import type { Clock, Timer } from '../clock.ts'
import { type BatchPlan, InputsChangedError, planBatches } from '../configuration/plan.ts'
import { type ConfigurationProblem, formatProblem } from '../configuration/problem.ts'
import { parseConfiguration } from '../configuration/read.ts'
import type { Db } from '../db/db.ts'
import { failpoint } from '../failpoint.ts'
import { endBatch } from '../queue/batch-ending.ts'
import { sealBatch } from '../queue/batch-store.ts'
import { batchTypes } from '../queue/configuration-store.ts'
import type { Context } from '../queue/context.ts'
import { insertJobs, type NewJob } from '../queue/job-store.ts'
import type { BatchRow } from '../queue/rows.ts'
import {
  type BatchSource,
  dropSource,
  type ExpandableRow,
  expandableBatch,
  findSource,
  jobsBetween,
  lastOrdinal,
} from '../queue/source-store.ts'
import { doneBefore } from './done-before.ts'
import { FolderError, jobChunks } from './job-chunks.ts'

export type ExpanderOptions = {
  db: Db
  clock: Clock
  hostId: string
  /** Jobs were added, or the batch was sealed or has failed. */
  onChanged(): void
  /** There was nothing to run, or what there was is not valid. */
  onFailed(row: BatchRow): void
  onError(cause: unknown): void
}

const retryMs = 1_000

/** Its inputs can't become jobs; the message has the reason. */
class NotExpandable extends Error {}

/** The role, or the batch's position in the queue, was lost meanwhile: the next executor begins again. */
class Lost extends Error {}

export class Expander {
  readonly #o: ExpanderOptions
  #busy = false
  #timer: Timer | null = null
  #stopping = false

  constructor(options: ExpanderOptions) {
    this.#o = options
  }

  /** Begins with this batch, unless one is being expanded; returns at once. */
  start(id: string): void {
    if (this.#busy || this.#timer !== null || this.#stopping) return
    this.#busy = true
    void this.#expand(id)
      .catch((cause: unknown) => this.#tryLater(cause))
      .finally(() => {
        this.#busy = false
        if (!this.#stopping) this.#o.onChanged()
      })
  }

  /** From now on nothing is written. */
  stop(): void {
    this.#stopping = true
    this.#timer?.cancel()
  }

  /** The database or the disk refuses: the batch keeps its position and its jobs. */
  #tryLater(cause: unknown): void {
    if (cause instanceof Lost || this.#stopping) return
    this.#o.onError(cause)
    this.#timer = this.#o.clock.after(retryMs, () => {
      this.#timer = null
      this.#o.onChanged()
    })
  }

  async #expand(id: string): Promise<void> {
    const { db, hostId } = this.#o
    const batch = expandableBatch(db, hostId, id)
    if (batch === undefined) return
    try {
      const source = findSource(db, id)
      if (source === undefined) throw new NotExpandable('its configuration is missing')
      if (!source.ok) throw new NotExpandable(`its variables can't be read: ${source.problem}`)
      const plan = await planOf(db, batch, source.value)
      const { leaveOut } = await doneBefore(db, { ...batch, chain: [id] }, plan, source.value.skipDone)
      await this.#fill(batch, plan, leaveOut)
    } catch (cause) {
      const foreseen =
        cause instanceof NotExpandable || cause instanceof InputsChangedError || cause instanceof FolderError
      if (!foreseen) throw cause
      this.#fail(batch, cause.message)
    }
  }

  async #fill(batch: ExpandableRow, plan: BatchPlan, leaveOut: ReadonlySet<string>): Promise<void> {
    const { db, onChanged } = this.#o
    const begun = lastOrdinal(db, batch.id)
    let checked = 0
    let held: NewJob[] = []
    for await (const chunk of jobChunks(plan, batch.number, leaveOut)) {
      if (held.length > 0) this.#write(batch, () => insertJobs(db, batch.id, held))
      failpoint('mid-expansion')
      const last = chunk.at(-1)?.ordinal ?? checked
      if (checked < begun) checkBeginning(chunk, jobsBetween(db, batch.id, checked + 1, last))
      checked = last
      held = chunk.filter(({ ordinal }) => ordinal > begun)
      onChanged()
    }
    if (checked < begun) checkBeginning([], jobsBetween(db, batch.id, checked + 1, begun))
    this.#write(batch, (context) => {
      insertJobs(db, batch.id, held)
      sealBatch(db, context, batch.id)
      dropSource(db, batch.id, plan.options.reads)
    })
  }

  /** One transaction, if the batch still waits for its jobs and this host still is the executor. */
  #write<T>(batch: ExpandableRow, action: (context: Context) => T): T {
    const { db, hostId } = this.#o
    return db.write(() => {
      if (this.#stopping || expandableBatch(db, hostId, batch.id) === undefined) throw new Lost()
      return action(this.#context())
    })
  }

  #fail(batch: ExpandableRow, problem: string): void {
    const { db, onFailed } = this.#o
    const ended = this.#write(batch, (context) => {
      sealBatch(db, context, batch.id)
      const reason = { code: 'inputs-not-found' as const, problem }
      return endBatch(db, context, batch.id, 'failed', { reason, kind: 'batch_failed', closedBy: 'event' })
    })
    if (ended) onFailed(ended)
  }

  #context(): Context {
    const { hostId, clock } = this.#o
    return { actor: 'executor', hostId, origin: null, at: clock.now() }
  }
}

/** What an interrupted expansion has left must be the first part of this one. */
function checkBeginning(jobs: readonly NewJob[], there: ReadonlyMap<number, string>): void {
  const same = jobs.filter(({ ordinal, commandHash }) => there.get(ordinal) === commandHash).length
  if (same < there.size)
    throw new NotExpandable('the inputs changed after a part of them had become jobs; add it again')
}

/** The plan of exactly this batch, from the text that was added. */
async function planOf(db: Db, batch: ExpandableRow, { text, variables }: BatchSource): Promise<BatchPlan> {
  const spec = { text, specPath: batch.spec_path, projectPath: batch.project_path }
  const read = await parseConfiguration(spec, {
    variables,
    searchPath: batch.search_path,
    knownTypes: isAdHoc(spec) ? batchTypes(db, batch.configuration_id) : [],
  })
  const planned = read.ok ? await planBatches(read.value, { types: [batch.batch_type], claimed: true }) : read
  if (!planned.ok) throw new NotExpandable(sentenceOf(planned.problems))
  const plan = planned.value.find(({ range }) => (range?.start ?? null) === batch.range_start)
  if (plan === undefined) throw new NotExpandable('its range is not in its configuration')
  return plan
}

function sentenceOf(problems: readonly ConfigurationProblem[]): string {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return `${first ? formatProblem(first) : 'its configuration is not valid'}${more}`
}
