/**
 * Owns which steps of a run of short jobs share one fsync. A step may go ahead of the disk only if everything in
 * it may happen once more after a power cut: successes of short jobs and the claims of the next ones. What is
 * confirmed to a person (commands, a batch's end, its claim, a failure, a retry) never goes ahead; and every
 * durable transaction takes what was written before it along, as all of it is in one write-ahead log.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { mark } from '../queue/host-store.ts'
import { type RunningRow, runningRow } from '../queue/queries.ts'
import type { Finished } from './settle.ts'
import { type Situation, type Step, takeStep } from './step.ts'

/** The longest time that a verdict or claim goes ahead of the disk: what a power cut can make run again. */
export const longestAheadMs = 50
/** Longer jobs gain nothing from it. */
const shortJobMs = 50

type Options = { db: Db; clock: Clock; hostId: string; events: { onError(cause: unknown): void } }

export class GroupCommit {
  readonly #o: Options
  #aheadSince: number | null = null

  constructor(options: Options) {
    this.#o = options
  }

  /** One step in one transaction: durable, or with the next durable one, within `longestAheadMs`. */
  take(settling: readonly Finished[], situation: Situation): Step {
    const { db, clock } = this.#o
    const row = runningRow(db)
    if (!this.#mayGoAhead(settling, situation, row)) {
      const step = db.write(() => takeStep(this.#o, settling, situation))
      if (step.changed) this.#aheadSince = null
      return step
    }
    const step = db.note(() => takeStep(this.#o, settling, situation))
    if (this.#aheadSince === null) {
      this.#aheadSince = clock.awakeMs()
      clock.after(longestAheadMs, () => this.#isDue() && this.sync())
    }
    // Somebody changed the batch between the look and the transaction: it may hold more than short jobs.
    const isPlain = step.finished.length === 0 && !step.refused
    if (!isPlain || step.start.some(({ token }) => token !== row?.claim_token)) this.sync()
    return step
  }

  /** Takes what went ahead to the disk now. */
  sync(): void {
    if (this.#aheadSince === null) return
    const { db, clock, hostId, events } = this.#o
    try {
      db.write(() => mark(db, hostId, clock.now()))
    } catch (cause) {
      events.onError(cause) // the next durable step takes it along
    }
    this.#aheadSince = null
  }

  #isDue(): boolean {
    return this.#aheadSince !== null && this.#o.clock.awakeMs() - this.#aheadSince >= longestAheadMs - 1
  }

  #mayGoAhead(settling: readonly Finished[], situation: Situation, row: RunningRow | undefined): boolean {
    if (settling.length === 0 || situation.stopping || situation.diskIsLow || this.#isOld()) return false
    if (row === undefined || row.host_id !== this.#o.hostId) return false
    if (row.jobs_pending === 0 || row.pause_requested > 0) return false // this step may end it
    return settling.every(
      ({ token, verdict: { kind, ended } }) =>
        kind === 'succeeded' && ended.awakeMs <= shortJobMs && token === row.claim_token,
    )
  }

  /** In a steady flow a step takes the group to the disk before the timer has to. */
  #isOld(): boolean {
    return this.#aheadSince !== null && this.#o.clock.awakeMs() - this.#aheadSince >= longestAheadMs / 2
  }
}
