/**
 * Owns time: the wall clock (epoch ms, for people and the database), awake time (a monotonic clock that stops
 * while the machine sleeps, for timeouts) and the time slept. Everything in the core reads a Clock, never
 * Date.now().
 */
import { uptime } from 'node:os'

export type Timer = { cancel(): void }

export type Clock = {
  /** Milliseconds since 1970, UTC. May jump in both directions. */
  now(): number
  /** Milliseconds of awake time since some start; never goes back. */
  awakeMs(): number
  /** Milliseconds the machine has slept since some start, as far as the platform shows; never goes back. */
  sleptMs(): number
  /** Calls `action` once after `delayMs`; a pending timer doesn't keep the process alive. */
  after(delayMs: number, action: () => void): Timer
}

const awakeMs = () => Number(process.hrtime.bigint() / 1_000_000n)

let slept = 0

/**
 * The machine's own clocks. On Linux `hrtime` is CLOCK_MONOTONIC, which doesn't count suspended time, while
 * the uptime does: their difference grows exactly by what was slept, whatever happens to the wall clock. It is
 * read in seconds, hence the tolerance of one.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  awakeMs,
  sleptMs() {
    const difference = Math.floor(uptime() * 1_000) - awakeMs() - firstDifference
    if (difference > slept + 1_000) slept = difference
    return slept
  },
  after(delayMs, action) {
    const timer = setTimeout(action, Math.min(Math.max(0, delayMs), 2_147_483_647))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

const firstDifference = Math.floor(uptime() * 1_000) - awakeMs()

/**
 * Reads at most once per second of awake time and returns the last value in between; what `read` throws is thrown,
 * and the next call reads again. For what costs a system call and is wanted for every job.
 */
export function eachSecond<T>(clock: Clock, read: () => T): () => T {
  let last: { value: T; atAwakeMs: number } | undefined
  return () => {
    const now = clock.awakeMs()
    if (last === undefined || now - last.atAwakeMs >= 1_000) last = { value: read(), atAwakeMs: now }
    return last.value
  }
}
