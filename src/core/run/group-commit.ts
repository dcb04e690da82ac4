/**
 * Owns which steps of a run of short jobs share one fsync. A step may go ahead of the disk only if everything in
 * it may happen once more after a power cut: successes of short jobs and the claims of the next ones. What is
 * confirmed to a person (commands, a batch's end, its claim, a failure, a retry) never goes ahead; and every
 * durable transaction takes what was written before it along, as all of it is in one write-ahead log.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { mark } from '../queue/host-store.ts'
import type { AttemptEnd } from './settle.ts'
import { type Situation, type Step, takeStep } from './step.ts'

/** The longest time that a verdict or claim goes ahead of the disk: what a power cut can make run again. */
const longestAheadMs = 50
/** Longer jobs gain nothing from it. */
const shortJobMs = 50

type Options = { db: Db; clock: Clock; hostId: string; events: { onError(cause: unknown): void } }

export class GroupCommit {
  readonly #o: Options
  #aheadSince: number | null = null
  /** The claim under which the last step left jobs to be claimed; null: no steady flow. */
  #flow: string | null = null

  constructor(options: Options) {
    this.#o = options
  }

  /** One step in one transaction: durable, or with the next durable one, within `longestAheadMs`. */
  take(settling: readonly AttemptEnd[], situation: Situation): Step {
    const { db, clock } = this.#o
    const ahead = this.#mayGoAhead(settling, situation)
    this.#flow = null
    const step = db[ahead ? 'note' : 'write'](() => takeStep(this.#o, settling, situation))
    this.#flow = this.#flowAfter(step)
    if (!ahead) {
      if (step.changed) this.#aheadSince = null
      return step
    }
    if (this.#aheadSince === null) {
      this.#aheadSince = clock.awakeMs()
      clock.after(longestAheadMs, () => this.#isDue() && this.sync())
    }
    // Somebody changed the batch since the last step, so this one holds more than short jobs.
    if (!step.onlyJobs) this.sync()
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

  #mayGoAhead(settling: readonly AttemptEnd[], situation: Situation): boolean {
    if (settling.length === 0 || this.#flow === null || situation.stopping || this.#isOld()) return false
    return settling.every(
      ({ token, verdict: { kind, awakeMs } }) =>
        kind === 'succeeded' && awakeMs <= shortJobMs && token === this.#flow,
    )
  }

  /** Null where the next step may well end, pause or give back the batch: it should be durable right away. */
  #flowAfter({ running, start }: Step): string | null {
    const isOurs = running?.host_id === this.#o.hostId && running.pause_requested === 0
    return isOurs && start.length > 0 && running.jobs_pending > start.length ? running.claim_token : null
  }

  /** In a steady flow a step takes the group to the disk before the timer has to. */
  #isOld(): boolean {
    return this.#aheadSince !== null && this.#o.clock.awakeMs() - this.#aheadSince >= longestAheadMs / 2
  }
}
