/**
 * Owns time: the wall clock (epoch ms, for people and the database) and awake time (a monotonic clock that
 * stands still while the machine sleeps, for timeouts). Everything in the core asks a Clock, never Date.now().
 */

export type Timer = { cancel(): void }

export type Clock = {
  /** Milliseconds since 1970, UTC. May jump in both directions. */
  now(): number
  /** Milliseconds of awake time since some start; never goes back. */
  awakeMs(): number
  /** Calls `action` once after `delayMs`; a pending timer doesn't keep the process alive. */
  after(delayMs: number, action: () => void): Timer
}

/** The machine's own clocks. On Linux and macOS `hrtime` doesn't count suspended time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  awakeMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
