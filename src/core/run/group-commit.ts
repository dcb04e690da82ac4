/**
 * Owns which steps of a run of short jobs share one fsync. A step may be committed without one only if everything in
 * it may happen once more after a power cut: successes of short jobs and the claims of the next ones. What is
 * confirmed to a person (commands, a batch's end, its claim, a failure, a retry) is always synced; and every
 * durable transaction also syncs what was written before it, as all of it is in one write-ahead log.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { mark } from '../queue/host-store.ts'
import { shortJobMs } from './ahead.ts'
import type { Situation } from './claims.ts'
import { type Report, type Step, takeStep } from './step.ts'
import type { Verdict } from './verdict.ts'

/** The longest time that a verdict or claim stays unsynced: what a power cut can make run again. */
const longestAheadMs = 50

type Options = { db: Db; clock: Clock; hostId: string; events: { onError(cause: unknown): void } }

function isShortSuccess({ kind, awakeMs }: Verdict): boolean {
  return kind === 'succeeded' && awakeMs <= shortJobMs
}

export class GroupCommit {
  readonly #o: Options
  #aheadSince: number | null = null
  /** The claim under which the last step left jobs to be claimed; null: no steady flow. */
  #flow: string | null = null

  constructor(options: Options) {
    this.#o = options
  }

  /** One step in one transaction: durable, or with the next durable one, within `longestAheadMs`. */
  take(reports: readonly Report[], situation: Situation): Step {
    const { db, clock } = this.#o
    const ahead = this.#mayGoAhead(reports, situation)
    this.#flow = null
    const step = db[ahead ? 'note' : 'write'](() => takeStep(this.#o, reports, situation))
    this.#flow = this.#flowAfter(step, situation)
    if (!ahead) {
      if (step.changed) this.#aheadSince = null
      return step
    }
    if (this.#aheadSince === null) {
      this.#aheadSince = clock.awakeMs()
      clock.after(longestAheadMs, () => this.#isDue() && this.sync())
    }
    // The batch was changed since the last step, so this one holds more than short jobs.
    if (!step.onlyJobs) this.sync()
    return step
  }

  /** Syncs what is unsynced now. */
  sync(): void {
    if (this.#aheadSince === null) return
    const { db, clock, hostId, events } = this.#o
    try {
      db.write(() => mark(db, hostId, clock.now()))
    } catch (cause) {
      events.onError(cause) // the next durable step syncs it too
    }
    this.#aheadSince = null
  }

  #isDue(): boolean {
    return this.#aheadSince !== null && this.#o.clock.awakeMs() - this.#aheadSince >= longestAheadMs - 1
  }

  #mayGoAhead(reports: readonly Report[], situation: Situation): boolean {
    if (reports.length === 0 || this.#flow === null || situation.stopping || this.#isOld()) return false
    return reports.every(
      (report) => report.token === this.#flow && (!('verdict' in report) || isShortSuccess(report.verdict)),
    )
  }

  /** Null if the next step may well end, pause or release the batch: it should be durable right away. */
  #flowAfter({ running, start, hold }: Step, { held }: Situation): string | null {
    const isOurs = running?.host_id === this.#o.hostId && running.pause_requested === 0
    const ahead = start.length + hold.length + held.count
    return isOurs && ahead > 0 && running.jobs_pending > ahead ? running.claim_token : null
  }

  /** In a steady flow a step syncs the group before the timer has to. */
  #isOld(): boolean {
    return this.#aheadSince !== null && this.#o.clock.awakeMs() - this.#aheadSince >= longestAheadMs / 2
  }
}
