/**
 * Owns how many jobs a launcher should hold ahead: some milliseconds' worth if a batch's jobs are short and succeed, else
 * none. Must never read a batch: the step decides what may be held.
 */
import type { Clock } from '../clock.ts'
import type { AttemptEnd } from './settle.ts'

/** Longer jobs gain nothing from being held or from sharing an fsync. */
export const shortJobMs = 50
/** How much work is held: long compared with a round trip between launcher and host, short for a pause or cancel. */
const heldMs = 20
const most = 32
/** After this many clean and short ends in a row the next job is expected to be like them. */
const least = 4

export class Ahead {
  readonly #clock: Clock
  #token: string | null = null
  #inARow = 0
  #meanMs = 0
  #lastEndAwakeMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** An end that is to be recorded. */
  note({ token, verdict }: AttemptEnd): void {
    const isLikeOthers =
      verdict.kind === 'succeeded' && verdict.awakeMs <= shortJobMs && verdict.leftovers === 0
    this.#inARow = isLikeOthers ? (token === this.#token ? this.#inARow + 1 : 1) : 0
    this.#meanMs = this.#inARow <= 1 ? verdict.awakeMs : 0.9 * this.#meanMs + 0.1 * verdict.awakeMs
    this.#token = token
    this.#lastEndAwakeMs = this.#clock.awakeMs()
  }

  /** How many jobs to hold under this claim. */
  wanted(token: string, parallel: number): number {
    if (token !== this.#token || this.#inARow < least) return 0
    return parallel * Math.max(2, Math.min(most, Math.round(heldMs / Math.max(0.5, this.#meanMs))))
  }

  /** Whether the running jobs turn out to be longer; checked while some are held. */
  isStale(): boolean {
    if (this.#clock.awakeMs() - this.#lastEndAwakeMs <= 2 * shortJobMs) return false
    this.#inARow = 0
    return true
  }

  /** Awake time at which to check that. */
  staleAt(): number {
    return this.#lastEndAwakeMs + 2 * shortJobMs + 1
  }
}
