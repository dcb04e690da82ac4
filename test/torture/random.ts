/** Owns chance: a small seeded generator, so that a failing run can be planned again with the same seed. */

export type Random = {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** One of them. */
  pick<T>(list: readonly T[]): T
  /** True with this probability. */
  chance(share: number): boolean
}

/** Mulberry32: 32 bits of state are enough to plan rounds. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    between,
    pick<T>(list: readonly T[]): T {
      const found = list[between(0, list.length - 1)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    chance: (share) => next() < share,
  }
}
