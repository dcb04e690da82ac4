/**
 * Owns letting the positions of a long queue follow its order: slice after slice, a few milliseconds each, so
 * that neither a claim nor the event loop waits for ten thousand rows. Only the executor's host does it.
 */
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { executorHost } from '../queue/host-store.ts'
import { arrangeAll, arrangeSlice, exactPlaces, queueLength } from '../queue/order.ts'

/** Between two slices; and between two passes over the queue, which each write all of it. */
const sliceEveryMs = 10
const passEveryMs = 250

export class Renumbering {
  readonly #db: Db
  readonly #clock: Clock
  readonly #hostId: string
  readonly #onError: (cause: unknown) => void
  #timer: Timer | null = null
  /** The queue has changed since the last pass began. */
  #isTouched = false

  constructor(db: Db, clock: Clock, hostId: string, onError: (cause: unknown) => void) {
    this.#db = db
    this.#clock = clock
    this.#hostId = hostId
    this.#onError = onError
  }

  /** A batch may have left the queue, entered it or moved. Cheap where the queue is short. */
  touch(): void {
    this.#isTouched = true
    if (this.#timer === null && queueLength(this.#db) > exactPlaces) this.#later(1, passEveryMs)
  }

  /** Renumbers the whole queue before the role is given up. If that fails, the next executor does it. */
  settle(): void {
    this.#timer?.cancel()
    this.#timer = null
    try {
      if (this.#isOurs()) this.#db.note(() => arrangeAll(this.#db))
    } catch (cause) {
      this.#onError(cause)
    }
  }

  #later(from: number, waitMs: number): void {
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = null
      try {
        this.#slice(from)
      } catch (cause) {
        this.#onError(cause) // the next batch that leaves starts it again
      }
    })
  }

  #slice(from: number): void {
    if (!this.#isOurs()) return
    if (from === 1) this.#isTouched = false
    // Not synced: the order is the same before and after.
    const next = this.#db.note(() => arrangeSlice(this.#db, from))
    if (next !== null) this.#later(next, sliceEveryMs)
    else if (this.#isTouched) this.touch()
  }

  #isOurs(): boolean {
    return executorHost(this.#db)?.id === this.#hostId
  }
}
