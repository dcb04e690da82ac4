/**
 * Owns how many jobs a launcher should hold ahead: some milliseconds' worth of a batch whose jobs end well within moments,
 * none of any other. Must never look at a batch: what a step may hold is decided there.
 */
import type { Clock } from '../clock.ts'
import type { AttemptEnd } from './settle.ts'

/** Longer jobs gain nothing from being held, nor from sharing an fsync. */
export const shortJobMs = 50
/** So much work is held: long beside the way from launcher to host and back, short for who pauses or cancels. */
const heldMs = 20
const most = 32
/** So many clean and short ends in a row, and the next job is taken to be like them. */
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

  /** Whether the jobs that run now turn out to be longer; asked while some are held. */
  isStale(): boolean {
    if (this.#clock.awakeMs() - this.#lastEndAwakeMs <= 2 * shortJobMs) return false
    this.#inARow = 0
    return true
  }

  /** Awake time at which to look whether that is so. */
  staleAt(): number {
    return this.#lastEndAwakeMs + 2 * shortJobMs + 1
  }
}
