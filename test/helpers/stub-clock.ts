/**
 * A clock that moves only when the test decides: wall time, awake time and slept time apart, timers fired in
 * order of their due awake time.
 */
import type { Clock } from '../../src/core/clock.ts'

export type StubClock = Clock & {
  /** Lets awake time and wall time pass and fires what becomes due. */
  advance(ms: number): void
  /** Sets the wall clock without any time passing. */
  setWall(at: number): void
  /** The machine sleeps: wall time passes, awake time doesn't. */
  sleep(ms: number): void
  /** Timers that wait. */
  pending(): number
}

/** A stub clock that starts at `wall` (epoch ms). */
export function stubClock(wall: number): StubClock {
  let awake = 1_000
  let slept = 0
  let now = wall
  const timers = new Set<{ due: number; action: () => void }>()
  return {
    now: () => now,
    awakeMs: () => awake,
    sleptMs: () => slept,
    after(delayMs, action) {
      const timer = { due: awake + Math.max(0, delayMs), action }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    advance(ms) {
      const until = awake + ms
      for (;;) {
        const next = [...timers].filter((timer) => timer.due <= until).sort((a, b) => a.due - b.due)[0]
        if (!next) break
        now += next.due - awake
        awake = next.due
        timers.delete(next)
        next.action()
      }
      now += until - awake
      awake = until
    },
    setWall(at) {
      now = at
    },
    sleep(ms) {
      now += ms
      slept += ms
    },
    pending: () => timers.size,
  }
}
