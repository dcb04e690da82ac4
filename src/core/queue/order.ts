/**
 * Owns positions: 1…n, dense after every operation, inside the caller's transaction. Knows nothing of why a
 * batch enters or leaves. One UPDATE over the line would collide under the unique index as soon as row order and
 * queue order differ, so batches are put one by one, each where a place has just become free.
 */
import type { Db } from '../db/db.ts'

/** Far beyond any real queue: where batches wait that are moved past others. */
const aside = 1_000_000_000_000

/** Number of queued batches, which is also the last position. */
export function queueLength(db: Db): number {
  return (
    db.sql<{ n: number | null }>('SELECT max(position) AS n FROM batches WHERE position >= 1').get()?.n ?? 0
  )
}

/**
 * Shifts all from place `from` to `to` by `delta`, one by one, in such an order that each finds its new place free:
 * what is inserted into a view is put by its trigger, row after row, at half the cost of a statement for each.
 */
function shift(db: Db, from: number, to: number, delta: number): void {
  if (from > to) return
  // Of this connection only, and not remembered as made: a transaction that is rolled back takes them with it.
  db.exec(`CREATE TEMP VIEW IF NOT EXISTS places AS SELECT number, position FROM main.batches;
           CREATE TEMP TRIGGER IF NOT EXISTS put_in_place INSTEAD OF INSERT ON places
           BEGIN UPDATE batches SET position = NEW.position WHERE number = NEW.number; END`)
  db.sql(
    `INSERT INTO places SELECT number, position + ? FROM batches WHERE position BETWEEN ? AND ?
     ORDER BY position ${delta > 0 ? 'DESC' : 'ASC'}`,
  ).run(delta, from, to)
}

/** Makes room at `position` (1…n+1); the caller puts a batch there in the same transaction. */
export function openGap(db: Db, position: number): void {
  shift(db, position, queueLength(db), 1)
}

/**
 * Closes the hole that a batch left at `position`. SQLite changes rows in the order of their numbers: where batches
 * stand in that order, as most do, one statement finds each next place free, at two thirds of the cost.
 */
export function closeGap(db: Db, position: number): void {
  const isOutOfOrder = db.sql(
    `SELECT 1 FROM (SELECT number < lag(number) OVER (ORDER BY position) AS back FROM batches WHERE position > ?)
     WHERE back LIMIT 1`,
  )
  if (isOutOfOrder.get(position) === undefined)
    db.sql('UPDATE batches SET position = position - 1 WHERE position > ?').run(position)
  else shift(db, position + 1, queueLength(db), -1)
}

/**
 * Place for a batch by the rule of the queue: behind the last one that outranks it (higher priority, or the
 * same and queued earlier). Batches that a person moved keep their place.
 */
export function placeFor(db: Db, batch: { priority: number; queuedAt: number; number: number }): number {
  const last = db
    .sql<{ p: number | null }>(
      `SELECT max(position) AS p FROM batches WHERE position >= 1 AND number <> ?3
       AND (priority > ?1 OR (priority = ?1 AND (queued_at < ?2 OR (queued_at = ?2 AND number < ?3))))`,
    )
    .get(batch.priority, batch.queuedAt, batch.number)?.p
  return (last ?? 0) + 1
}

/** Time for a newly queued batch: never before those that came earlier, even if the clock was set back. */
export function queueTime(db: Db, now: number): number {
  // The plus keeps SQLite from walking the whole queue by its positions.
  const latest = db
    .sql<{ t: number }>(
      `SELECT queued_at AS t FROM batches WHERE completed_at IS NULL AND +position >= 0
       ORDER BY queued_at DESC LIMIT 1`,
    )
    .get()?.t
  return Math.max(now, latest ?? 0)
}

/**
 * Puts the given queued batches, in the given order, so that the first stands at `to` (clamped to 1…n).
 * Batches between keep their order. Only the stretch of the queue that changes is read and written.
 */
export function moveTo(db: Db, ids: readonly string[], to: number): void {
  type Place = { number: number; position: number }
  const find = db.sql<Place>('SELECT number, position FROM batches WHERE id = ?')
  const moving = [...new Set(ids)].map((id) => find.get(id)).filter((place) => place !== undefined)
  const many = moving.length
  if (many === 0) return
  const length = queueLength(db)
  const before = Math.max(0, Math.min(to - 1, length - many)) // so many stand before them then
  const places = moving.map(({ position }) => position).sort((a, b) => a - b)
  const put = db.sql('UPDATE batches SET position = ? WHERE number = ?')
  for (const [index, { number }] of moving.entries()) put.run(aside + index, number)
  // Between two that leave, all move by the same: up by as many as have left before them, and those that will
  // stand behind the newcomers, back by as many as come.
  const after = (left: number) => (places[left - 1] ?? 0) + 1
  const until = (left: number) => (places[left] ?? length + 1) - 1
  for (let left = 1; left <= many; left += 1)
    shift(db, after(left), Math.min(until(left), before + left), -left)
  for (let left = many - 1; left >= 0; left -= 1)
    shift(db, Math.max(after(left), before + left + 1), until(left), many - left)
  for (const [index, { number }] of moving.entries()) put.run(before + 1 + index, number)
}

/** Whether positions are not 1…n (a raw statement took a batch out of the line). */
export function hasHoles(db: Db): boolean {
  const row = db
    .sql<{ n: number; last: number | null }>(
      'SELECT count(*) AS n, max(position) AS last FROM batches WHERE position >= 1',
    )
    .get()
  return row !== undefined && row.n !== (row.last ?? 0)
}

/** Heals positions after a raw statement in the sqlite3 shell left a hole; true if there was one. */
export function makeDense(db: Db): boolean {
  const queued = db
    .sql<{ id: string; position: number }>(
      'SELECT id, position FROM batches WHERE position >= 1 ORDER BY position',
    )
    .all()
  if (queued.every((row, index) => row.position === index + 1)) return false
  const put = db.sql('UPDATE batches SET position = ? WHERE id = ?')
  queued.forEach((row, index) => {
    if (row.position !== index + 1) put.run(index + 1, row.id) // always downwards, in order: never a collision
  })
  return true
}
