/**
 * Owns the periodic sweep: closes batches that are done and still open, each in its own transaction, removes abandoned
 * fills, and makes missing summaries. A summary that fails never holds back a status.
 */
import type { Summary } from '../../contract/entities.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { failpoint } from '../failpoint.ts'
import { removeAbandonedFills } from '../host/abandoned-batches.ts'
import type { Context } from '../queue/context.ts'
import { recordEvent } from '../queue/event-store.ts'
import { arrangeAll, isInOrder } from '../queue/order.ts'
import { doneButOpen } from '../queue/queries.ts'
import type { BatchRow } from '../queue/rows.ts'
import { readMark, readSetting, readSettings, writeMark } from '../queue/settings-store.ts'
import { batchesWithoutSummary, saveSummary } from '../queue/summary-store.ts'
import { closeIfDone } from './closing.ts'

export type FinalizerOptions = {
  db: Db
  clock: Clock
  hostId: string
  makeSummary: (db: Db, batchId: string) => Summary
  /** Called after the commit with each batch that this finalizer closed. */
  onClosed: (row: BatchRow) => void
  /** Further work of each sweep; a failure is reported and delays nothing. */
  housekeeping?: () => void
  onError: (cause: unknown) => void
}

const summariesPerSweep = 100

/** Identifies what a sweep has seen: a batch that was retried and is done again counts as new. */
function sightOf(row: BatchRow): string {
  return `${row.id} ${row.run} ${row.last_job_finished_at}`
}

export class Finalizer {
  readonly #options: FinalizerOptions
  #timer: Timer | null = null
  #running = false
  /** Done batches that an earlier sweep saw, with the awake time at that moment, which is independent of the wall clock. */
  readonly #seenDone = new Map<string, number>()
  /** Number of the last batch on the previous sweep's page. */
  #summarizedUpTo = 0

  constructor(options: FinalizerOptions) {
    this.#options = options
  }

  /** Sweeps every `finalizer-interval-ms` from now on. Idempotent. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#schedule()
  }

  stop(): void {
    this.#running = false
    this.#timer?.cancel()
    this.#timer = null
  }

  #schedule(): void {
    if (!this.#running) return
    let intervalMs = 30_000
    try {
      intervalMs = readSetting(this.#options.db, 'finalizer-interval-ms')
    } catch (cause) {
      this.#options.onError(cause)
    }
    this.#timer = this.#options.clock.after(intervalMs, () => {
      try {
        this.runOnce()
      } catch (cause) {
        this.#options.onError(cause)
      }
      this.#schedule()
    })
  }

  /** One sweep: closes what is done, removes abandoned fills, makes missing summaries, records its time. */
  runOnce(): BatchRow[] {
    const { db, clock } = this.#options
    const settings = readSettings(db)
    const graceMs = settings['finalizer-grace-ms']
    const closed: BatchRow[] = []
    if (!isInOrder(db)) db.write(() => arrangeAll(db))
    for (const row of this.#ripe(graceMs)) {
      const done = closeIfDone(db, this.#context(), row.id, 'sweep')
      if (done) closed.push(done)
    }
    removeAbandonedFills(db, this.#context())
    this.#summarizeSome()
    const at = clock.now()
    db.note(() => {
      const mark = readMark(db, 'finalizer')
      writeMark(
        db,
        'finalizer',
        {
          lastSweepAt: at,
          nextSweepAt: at + settings['finalizer-interval-ms'],
          rescues: mark?.rescues ?? 0,
          lastRescueAt: mark?.lastRescueAt ?? null,
        },
        at,
      )
    })
    for (const row of closed) this.#options.onClosed(row)
    try {
      this.#options.housekeeping?.()
    } catch (cause) {
      this.#options.onError(cause)
    }
    return closed
  }

  /** A page of missing summaries; the next sweep continues behind it, so that failing ones don't hold up others. */
  #summarizeSome(): void {
    const page = batchesWithoutSummary(this.#options.db, this.#summarizedUpTo, summariesPerSweep)
    for (const { id, run } of page) this.summarize(id, run)
    this.#summarizedUpTo = page.length < summariesPerSweep ? 0 : (page.at(-1)?.number ?? 0)
  }

  /**
   * Done batches whose last job ended longer ago than the grace period: by the wall clock, or (should that
   * clock have been set back) by awake time since an earlier sweep saw them.
   */
  #ripe(graceMs: number): BatchRow[] {
    const { db, clock } = this.#options
    const done = doneButOpen(db, Number.MAX_SAFE_INTEGER)
    const awake = clock.awakeMs()
    const keys = new Set(done.map(sightOf))
    for (const key of this.#seenDone.keys()) if (!keys.has(key)) this.#seenDone.delete(key)
    return done.filter((row) => {
      const since = this.#seenDone.get(sightOf(row))
      if (since === undefined) this.#seenDone.set(sightOf(row), awake)
      const endedAt = row.last_job_finished_at ?? row.started_at ?? row.created_at
      return clock.now() - endedAt > graceMs || (since !== undefined && awake - since > graceMs)
    })
  }

  /** Makes and keeps the summary of a finished run; a failure is kept and recorded, but changes nothing else. */
  summarize(batchId: string, run: number): void {
    const { db, clock, makeSummary } = this.#options
    const at = clock.now()
    try {
      const summary = makeSummary(db, batchId)
      failpoint('mid-summary')
      db.note(() => saveSummary(db, batchId, run, { summary }, at))
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause)
      try {
        db.note(() => {
          saveSummary(db, batchId, run, { error }, at)
          recordEvent(db, this.#context(), { kind: 'summary_failed', batchId, reason: error })
        })
      } catch (second) {
        this.#options.onError(second) // the next sweep tries again: the summary is still missing
      }
    }
  }

  #context(): Context {
    return { actor: 'finalizer', hostId: this.#options.hostId, origin: null, at: this.#options.clock.now() }
  }
}
