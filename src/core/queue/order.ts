/**
 * Owns the order of the queue and its positions, inside the caller's transaction. Knows nothing of why a batch enters or
 * leaves. The order is `rank`; positions are 1…n, each once, in every commit. In a short queue, and without an executor,
 * they are in that order at once; in a long one the first of them are, and `arrangeSlice` arranges the rest
 * (docs/decisions/0032-positions-of-a-long-queue.md).
 */
import type { Db } from '../db/db.ts'

/** Far beyond any real queue: where one batch waits while others pass. */
const aside = 1_000_000_000_000
/** Between two ranks, as the schema gives them; and between those that are put behind the same batch one by one. */
const step = 2 ** 20
const smallStep = 2 ** 10
const largestRank = 2 ** 52

/** So many places from the top are in order in every commit. */
export const exactPlaces = 128
/** Rows of one slice: a millisecond or two. */
const sliceRows = 250
const all = 1_000_000_000

/** Number of queued batches, which is also the last position. */
export function queueLength(db: Db): number {
  return (
    db.sql<{ n: number | null }>('SELECT max(position) AS n FROM batches WHERE position >= 1').get()?.n ?? 0
  )
}

/** Number of the last batch in the queue. */
export function lastInQueue(db: Db): number | undefined {
  return db
    .sql<{ number: number }>(
      'SELECT number FROM batches WHERE rank IS NOT NULL ORDER BY rank DESC, number DESC LIMIT 1',
    )
    .get()?.number
}

/** Time for a newly queued batch: never before those that came earlier, even if the clock was set back. */
export function queueTime(db: Db, now: number): number {
  // The plus keeps SQLite from walking the whole queue by its positions.
  const latest = db
    .sql<{ t: number }>(
      `SELECT queued_at AS t FROM batches WHERE completed_at IS NULL AND queued_at IS NOT NULL AND +position >= 0
       ORDER BY queued_at DESC LIMIT 1`,
    )
    .get()?.t
  return Math.max(now, latest ?? 0)
}

/**
 * The batch behind which one belongs by the rule of the queue: the last that outranks it (higher priority, or the same
 * and queued earlier). Batches that a person moved keep their place. Undefined: it belongs at the top.
 */
export function frontByRule(
  db: Db,
  batch: { priority: number; queuedAt: number; number: number },
): number | undefined {
  return db
    .sql<{ number: number }>(
      `SELECT number FROM batches WHERE rank IS NOT NULL AND number <> ?3
       AND (priority > ?1 OR (priority = ?1 AND (queued_at < ?2 OR (queued_at = ?2 AND number < ?3))))
       ORDER BY rank DESC, number DESC LIMIT 1`,
    )
    .get(batch.priority, batch.queuedAt, batch.number)?.number
}

/** The batch that stands right before that rank; undefined for the first. */
export function frontBefore(db: Db, rank: number): number | undefined {
  return db
    .sql<{ number: number }>(
      'SELECT number FROM batches WHERE rank < ? ORDER BY rank DESC, number DESC LIMIT 1',
    )
    .get(rank)?.number
}

/**
 * Puts the given queued batches, in the given order, so that the first stands at `to` (clamped to 1…n). Batches between
 * keep their order.
 */
export function moveTo(db: Db, ids: readonly string[], to: number): void {
  const find = db.sql<{ number: number }>('SELECT number FROM batches WHERE id = ? AND rank IS NOT NULL')
  const numbers = [...new Set(ids)].flatMap((id) => find.get(id)?.number ?? [])
  const before = Math.max(0, Math.min(to - 1, queueLength(db) - numbers.length)) // so many stand before them then
  const front = db
    .sql<{ number: number }>(
      `SELECT number FROM batches WHERE rank IS NOT NULL AND number NOT IN (SELECT value FROM json_each(?))
       ORDER BY rank, number LIMIT 1 OFFSET ? + 0`,
    )
    .get(JSON.stringify(numbers), before - 1)?.number
  if (numbers.length > 0) standBehind(db, numbers, before === 0 ? undefined : front)
}

/** Puts queued batches, in the given order, behind `front`, at the top without one; gives the place of the first. */
export function standBehind(db: Db, numbers: readonly number[], front: number | undefined): number {
  const moving = JSON.stringify(numbers)
  const ranks = ranksBehind(db, moving, numbers.length, front)
  const old = db
    .sql<{ least: number }>(
      'SELECT min(position) AS least FROM batches WHERE number IN (SELECT value FROM json_each(?))',
    )
    .get(moving)
  const rank = db.sql('UPDATE batches SET rank = ? WHERE number = ?')
  for (const [index, number] of numbers.entries()) rank.run(ranks[index] ?? 0, number)
  const place =
    db
      .sql<{ n: number }>('SELECT count(*) AS n FROM batches WHERE rank IS NOT NULL AND rank < ?')
      .get(ranks[0] ?? 0)?.n ?? 0
  if (followsAtOnce(db)) arrange(db, Math.min(place + 1, old?.least ?? 1), all)
  else {
    const at = db.sql<{ number: number; position: number }>(
      'SELECT number, position FROM batches WHERE number = ?',
    )
    const rows = numbers.flatMap((number) => at.get(number) ?? [])
    put(
      db,
      rows.map((row, index) => ({ ...row, place: place + 1 + index })),
    )
    arrange(db, 1, exactPlaces)
  }
  return place + 1
}

function ranksBehind(db: Db, moving: string, many: number, front: number | undefined): number[] {
  const low = () =>
    db.sql<{ rank: number }>('SELECT rank FROM batches WHERE number = ?').get(front ?? 0)?.rank ?? null
  const high = (above: number | null) =>
    db
      .sql<{ rank: number }>(
        `SELECT rank FROM batches WHERE rank >= ? AND number NOT IN (SELECT value FROM json_each(?)) AND number <> ?
         ORDER BY rank, number LIMIT 1`,
      )
      .get(above ?? -largestRank, moving, front ?? 0)?.rank ?? null
  const below = low()
  const above = high(below)
  const first = ranksBetween(below, above, many)
  if (first) return first
  db.sql(
    `UPDATE batches SET rank = ? * row.place FROM
       (SELECT number AS n, row_number() OVER (ORDER BY rank, number) AS place FROM batches WHERE rank IS NOT NULL) row
     WHERE number = row.n`,
  ).run(step)
  const again = low()
  return ranksBetween(again, high(again), many) ?? []
}

/** So many ranks between two, null where nobody stands; undefined where there is no room. */
function ranksBetween(low: number | null, high: number | null, many: number): number[] | undefined {
  const gap = low === null || high === null ? step : Math.floor((high - low) / (many + 1))
  const by = low === null || high === null ? step : Math.min(gap, smallStep)
  const from = low ?? (high ?? 0) - by * (many + 1)
  const fits = by >= 1 && from >= -largestRank && from + by * many <= largestRank
  return fits ? Array.from({ length: many }, (_, index) => from + by * (index + 1)) : undefined
}

/** A batch has left the queue at `position`: those behind it close up. */
export function closeGap(db: Db, position: number): void {
  if (followsAtOnce(db)) arrange(db, position, all, position)
  else {
    const first = Math.min(position, exactPlaces + 1)
    const free = arrange(db, first, exactPlaces + 1 - first, position)
    // The last stands in for the one that is missing until the rest has followed.
    const last = db
      .sql<Row>('SELECT number, position FROM batches WHERE position > ? ORDER BY position DESC LIMIT 1')
      .get(free)
    if (last) apply(db, [[last.number, free]])
  }
}

/** Puts one slice of the queue from place `from` on in order; gives where the next one begins, null at the end. */
export function arrangeSlice(db: Db, from: number): number | null {
  arrange(db, from, sliceRows)
  const next = from + sliceRows
  return next > queueLength(db) ? null : next
}

/** Whether every position is where its batch stands. */
export function isInOrder(db: Db): boolean {
  return (
    db
      .sql(
        `SELECT 1 FROM (SELECT position, row_number() OVER (ORDER BY rank, number) AS place
                        FROM batches WHERE rank IS NOT NULL) WHERE position <> place LIMIT 1`,
      )
      .get() === undefined
  )
}

/** Puts every position in order; true if one was not. */
export function arrangeAll(db: Db): boolean {
  if (isInOrder(db)) return false
  arrange(db, 1, all)
  return true
}

/** Numbers the queue 1…n in its order, whatever its positions are; two passes, so that no two ever collide. */
export function renumber(db: Db): void {
  const rows = db
    .sql<{ number: number }>('SELECT number FROM batches WHERE +position >= 1 ORDER BY rank, number')
    .all()
  apply(
    db,
    rows.map(({ number }, index) => [number, aside + index]),
  )
  apply(
    db,
    rows.map(({ number }, index) => [number, index + 1]),
  )
}

function followsAtOnce(db: Db): boolean {
  return (
    queueLength(db) <= exactPlaces || db.sql('SELECT 1 FROM hosts WHERE executor = 1').get() === undefined
  )
}

type Row = { number: number; position: number }
type Placed = Row & { place: number }

/** Gives the batches at places `from` and on, in the order of the queue, these positions. `free` as in `put`. */
function arrange(db: Db, from: number, limit: number, free = 0): number {
  if (limit <= 0) return free
  const rows = db
    .sql<Row>(
      `SELECT number, position FROM batches WHERE rank IS NOT NULL ORDER BY rank, number LIMIT ? + 0 OFFSET ? + 0`,
    )
    .all(limit, from - 1)
  return put(
    db,
    rows.map((row, index) => ({ ...row, place: from + index })),
    free,
  )
}

/**
 * Gives each row its place; whoever stands there, and is not among them, goes to a position that has become free.
 * `free` is one where nobody stands, 0 for none; what is free at the end is returned. Row by row, each where nobody
 * stands: one UPDATE over all would collide under the unique index.
 */
function put(db: Db, rows: readonly Placed[], free = 0): number {
  const waiting = new Map<number, Placed>()
  for (const row of rows) if (row.position !== row.place) waiting.set(row.position, row)
  const moves: [number: number, position: number][] = []
  const standing = new Map<number, number>()
  const move = (number: number, from: number, to: number) => {
    moves.push([number, to])
    if (standing.get(from) === number || !standing.has(from)) standing.set(from, 0)
    standing.set(to, number)
  }
  const who = (position: number) =>
    standing.get(position) ??
    db.sql<Row>('SELECT number FROM batches WHERE position = ?').get(position)?.number ??
    0
  let empty = free
  for (const first of rows) {
    if (!waiting.has(first.position) || waiting.get(first.position) !== first) continue
    // Each wants the place of the next one; the last one's is empty, or the first one's, or of somebody else.
    const chain = [first]
    let end = first
    for (;;) {
      const next = waiting.get(end.place)
      if (!next || next === first) break
      chain.push(next)
      end = next
    }
    for (const row of chain) waiting.delete(row.position)
    if (end.place !== empty) {
      move(first.number, first.position, aside)
      const other = end.place === first.position ? 0 : who(end.place)
      if (other > 0) move(other, end.place, first.position)
    } else empty = first.position
    for (const row of chain.toReversed()) move(row.number, row.position, row.place)
  }
  if (moves.length > 0) apply(db, moves)
  return empty
}

/** Positions, one after the other: a trigger of the schema sets them, at half the cost of a statement for each. */
function apply(db: Db, moves: readonly [number: number, position: number][]): void {
  db.sql('INSERT INTO position_moves SELECT value ->> 0, value ->> 1 FROM json_each(?)').run(
    JSON.stringify(moves),
  )
}
