/**
 * Owns notifying listeners of changes, strictly after the commit: many changes within a few milliseconds become
 * one event with the batches that differ from the last one. Costs nothing while nobody listens.
 */
import { randomUUID } from 'node:crypto'
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'
import type { Clock, Timer } from './clock.ts'
import { view } from './commands/snapshot.ts'
import type { Db } from './db/db.ts'
import { lastEventId, touchedSince } from './queue/job-queries.ts'
import { batchesByIds } from './queue/queries.ts'

/** At most this often, and in a long queue less often: well within the 250 ms that a change may take to be seen. */
const quietMs = 40
const longestQuietMs = 150
/** While jobs merely begin and end: ten times a second is enough for a progress bar. */
const progressMs = 100

type View = ReturnType<typeof view>

/** What listeners know: the batches of the last look as JSON, without the places that `order` gives; settings; order. */
type Sent = { batches: Map<string, string>; settings: string; order: string }

export class Feed {
  readonly #db: Db
  readonly #clock: Clock
  readonly #home: string
  readonly #onError: (cause: unknown) => void
  #epoch: string | null = null
  #seq = 0
  readonly #listeners = new Set<(event: ChangeEvent) => void>()
  #timer: Timer | null = null
  #dueAwakeMs = Number.POSITIVE_INFINITY
  #quietMs = quietMs
  #lastEvent = 0
  #sent: Sent | null = null

  constructor(db: Db, clock: Clock, home: string, onError: (cause: unknown) => void) {
    this.#db = db
    this.#clock = clock
    this.#home = home
    this.#onError = onError
  }

  /** Where the feed stands, for a snapshot. */
  place(): { epoch: string; seq: number } {
    this.#epoch ??= randomUUID()
    return { epoch: this.#epoch, seq: this.#seq }
  }

  subscribe(listener: (event: ChangeEvent) => void): () => void {
    if (this.#listeners.size === 0) this.#remember(this.#look())
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Something was committed, by us or by another process. `onlyJobs`: verdicts and claims of a running batch. */
  touch(onlyJobs = false): void {
    if (this.#listeners.size === 0) return
    const now = this.#clock.awakeMs()
    const waitMs = onlyJobs ? Math.max(progressMs, this.#quietMs) : this.#quietMs
    if (this.#timer && this.#dueAwakeMs <= now + waitMs) return
    this.#timer?.cancel()
    this.#dueAwakeMs = now + waitMs
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = null
      const from = this.#clock.awakeMs()
      try {
        this.#emit()
        // Reading takes at most about a tenth of the host's time, however long the queue is.
        const took = this.#clock.awakeMs() - from
        this.#quietMs = Math.min(longestQuietMs, Math.max(quietMs, 9 * took))
      } catch (cause) {
        this.#onError(cause) // the next event includes this change
      }
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#listeners.clear()
  }

  #look(): View {
    return view({ db: this.#db, clock: this.#clock, home: this.#home })
  }

  #emit(): void {
    const before = this.#sent
    const since = this.#lastEvent
    const now = this.#look()
    const sent = this.#remember(now)
    const looked = [...now.recent, ...now.active]
    const touched = touchedSince(this.#db, since).flatMap(({ batchId }) =>
      batchId === null || sent.batches.has(batchId) ? [] : [batchId],
    )
    const others = batchesByIds(this.#db, [...new Set(touched)])
    const found = new Set(others.map(({ id }) => id))
    this.#seq += 1
    const event: ChangeEvent = {
      ...this.place(),
      now: now.now,
      batches: [...looked.filter(({ id }) => before?.batches.get(id) !== sent.batches.get(id)), ...others],
      removed: [...new Set(touched)].filter((id) => !found.has(id)),
      order: before?.order === sent.order ? null : orderOf(now),
      queue: now.queue,
      running: now.running,
      doneBy: now.doneBy,
      attention: now.attention,
      unseen: now.unseen,
      counts: now.counts,
      finalizer: now.finalizer,
      hosts: now.hosts,
      disk: now.disk,
      settings: before?.settings === sent.settings ? null : now.settings,
    }
    for (const listener of this.#listeners) listener(event)
  }

  #remember(now: View): Sent {
    this.#lastEvent = lastEventId(this.#db)
    const batches = new Map([...now.recent, ...now.active].map((batch) => [batch.id, withoutPlace(batch)]))
    this.#sent = { batches, settings: JSON.stringify(now.settings), order: orderOf(now).join() }
    return this.#sent
  }
}

/** A claim moves every queued batch by one place: `order` reports that, and no batch is sent for it. */
function withoutPlace(batch: Batch): string {
  return JSON.stringify({ ...batch, position: null })
}

function orderOf(now: View): string[] {
  return now.active.filter((batch) => batch.status === 'queued').map((batch) => batch.id)
}
