/**
 * Owns the histogram of job times: logarithmic buckets with round edges, finer when all jobs take about as long.
 */
import type { Summary } from '../../contract/entities.ts'

export type Bucket = Summary['histogram'][number]

const fine = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
/** Which of 1, 2, 5 a fine step belongs to. */
const coarse = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
const coarseEdges = [1, 2, 5]
/** More fine buckets than this are too many to read: then 1, 2, 5, 10 … are the edges. */
const fineLimit = 14

/** Buckets from the shortest to the longest job without holes; `steps` as from `durationSteps`. */
export function histogramOf(steps: readonly { decade: number; step: number; n: number }[]): Bucket[] {
  const first = steps[0]
  const last = steps.at(-1)
  if (!first || !last) return []
  const places = steps.map((row) => ({ place: row.decade * fine.length + row.step, n: row.n }))
  const span = last.decade * fine.length + last.step - (first.decade * fine.length + first.step) + 1
  // Below 10 ms the clock's own steps are coarser than the fine edges.
  if (span <= fineLimit && first.decade >= 1) return filled(places, fine)
  return filled(
    steps.map((row) => ({ place: row.decade * coarseEdges.length + (coarse[row.step] ?? 0), n: row.n })),
    coarseEdges,
  )
}

function filled(places: readonly { place: number; n: number }[], edges: readonly number[]): Bucket[] {
  const counts = new Map<number, number>()
  for (const { place, n } of places) counts.set(place, (counts.get(place) ?? 0) + n)
  const from = Math.min(...counts.keys())
  const to = Math.max(...counts.keys())
  const buckets: Bucket[] = []
  for (let place = from; place <= to; place += 1) {
    // Times under 1 ms are the one bucket below the first edge.
    if (place < 0 && place !== from) continue
    buckets.push({
      fromMs: place < 0 ? 0 : edge(place, edges),
      toMs: place < 0 ? 1 : edge(place + 1, edges),
      count: counts.get(place) ?? 0,
    })
  }
  return buckets
}

function edge(place: number, edges: readonly number[]): number {
  const value = (edges[place % edges.length] ?? 1) * 10 ** Math.floor(place / edges.length)
  return Math.round(value * 10) / 10
}
