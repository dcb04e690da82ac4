/**
 * Owns renumbering a long queue after a batch has left it: slice after slice, a few milliseconds each, so
 * that neither a claim nor the event loop waits for ten thousand rows. Only the executor's host does it.
 */
import type { Clock, Timer } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { executorHost } from '../queue/host-store.ts'
import { closeHoles, exactPlaces, hasHoles, makeDense, queueLength } from '../queue/order.ts'

/** Between two slices; and between two passes over the queue, which each write all of it. */
const sliceEveryMs = 25
const passEveryMs = 250

export class Renumbering {
  readonly #db: Db
  readonly #clock: Clock
  readonly #hostId: string
  readonly #onError: (cause: unknown) => void
  #timer: Timer | null = null

  constructor(db: Db, clock: Clock, hostId: string, onError: (cause: unknown) => void) {
    this.#db = db
    this.#clock = clock
    this.#hostId = hostId
    this.#onError = onError
  }

  /** A batch may have left the queue. Cheap where the queue is short. */
  touch(): void {
    if (this.#timer === null && queueLength(this.#db) > exactPlaces) this.#later(1, passEveryMs)
  }

  /** Renumbers the whole queue before the role is given up. If that fails, the next executor does it. */
  settle(): void {
    this.#timer?.cancel()
    this.#timer = null
    try {
      if (this.#isOurs() && hasHoles(this.#db)) this.#db.note(() => makeDense(this.#db))
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
    if (!this.#isOurs() || (from === 1 && !hasHoles(this.#db))) return
    // Not synced: the order is the same before and after.
    const next = this.#db.note(() => closeHoles(this.#db, from))
    if (next !== null) this.#later(next, sliceEveryMs)
    else this.touch()
  }

  #isOurs(): boolean {
    return executorHost(this.#db)?.id === this.#hostId
  }
}
