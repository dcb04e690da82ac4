/**
 * Owns what a batch takes over from others: whose work it continues, whose place in the queue it takes, and what it
 * does not take over: the part of their ranges that it has not.
 */
import type { Batch } from '../../contract/entities.ts'
import type { Db } from '../db/db.ts'
import { openJobsIn } from '../queue/job-queries.ts'
import { batchById } from '../queue/queries.ts'

type Range = { start: number; end: number }

/** A closed batch whose open jobs in these ranges are in no batch any more. */
export type Outside = { id: string; number: number; type: string; ranges: Range[]; jobs: number }

/** A batch in the position of another one. */
export type Taken = { id: string; number: number; of: number; position: number | null; priority: number }

/**
 * The batches that a new one continues: the active ones it conflicts with and, for the part of its range that none of
 * them has, the latest that had it.
 */
export function predecessorsOf(
  range: Range | null,
  active: readonly Batch[],
  ended: readonly (Range & { id: string })[],
): string[] {
  const ids = active.map(({ id }) => id)
  if (range === null) return ids
  let open = without(
    range,
    active.flatMap((one) => one.range ?? []),
  )
  for (const { id, start, end } of ended) {
    if (open.length === 0) break
    if (start > range.end || end < range.start) continue
    const rest = open.flatMap((one) => without(one, [{ start, end }]))
    if (lengthOf(rest) < lengthOf(open)) ids.push(id)
    open = rest
  }
  return ids
}

const lengthOf = (ranges: readonly Range[]) =>
  ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0)

/** The one whose position counts: the running one, else the first in the queue, else one that is paused. */
export function firstInQueue(db: Db, closed: readonly Batch[]): Batch | undefined {
  const place = (batch: Batch) => batch.position ?? Number.MAX_SAFE_INTEGER
  return closed.map(({ id }) => batchById(db, id)).sort((a, b) => place(a) - place(b))[0]
}

/** Where it stands now. */
export function takenFrom(db: Db, { id, of }: { id: string; of: Batch }): Taken {
  const { number, position, priority } = batchById(db, id)
  return { id, number, of: of.number, position, priority }
}

/** What the batches that are to be closed have outside of the new ranges and have not done. Call it before closing them. */
export function outsideOf(
  db: Db,
  closed: readonly Batch[],
  created: readonly { type: string; range: Range | null }[],
): Outside[] {
  return closed.flatMap(({ id, number, type, range }) => {
    if (range === null) return []
    const kept = created.flatMap((one) => (one.type === type && one.range ? [one.range] : []))
    const ranges = without(range, kept)
    const jobs = ranges.reduce((sum, { start, end }) => sum + openJobsIn(db, id, start, end), 0)
    return jobs > 0 ? [{ id, number, type, ranges, jobs }] : []
  })
}

function without(range: Range, gone: readonly Range[]): Range[] {
  const rest: Range[] = []
  let next = range.start
  for (const { start, end } of [...gone].sort((a, b) => a.start - b.start)) {
    if (end < next || start > range.end) continue
    if (start > next) rest.push({ start: next, end: start - 1 })
    next = end + 1
  }
  if (next <= range.end) rest.push({ start: next, end: range.end })
  return rest
}
