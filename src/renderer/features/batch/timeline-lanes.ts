/**
 * Owns placing attempts in lanes, so that those that ran at the same time stand above each other. Pure.
 */
import type { Attempt } from '../../../contract/entities.ts'

export type Lane = { attempt: Attempt; lane: number }

/** Each attempt in the first lane that is free when it starts; sorted by start. */
export function inLanes(attempts: readonly Attempt[]): { placed: Lane[]; lanes: number } {
  const freeAt: number[] = []
  const placed = [...attempts]
    .sort((a, b) => a.startedAt - b.startedAt || a.ordinal - b.ordinal)
    .map((attempt) => {
      const free = freeAt.findIndex((at) => at <= attempt.startedAt)
      const lane = free < 0 ? freeAt.length : free
      freeAt[lane] = attempt.endedAt
      return { attempt, lane }
    })
  return { placed, lanes: Math.max(1, freeAt.length) }
}
