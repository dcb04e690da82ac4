/**
 * Owns positions: 1…n, unique, in the order of the queue, inside the caller's transaction. Knows nothing of why a
 * batch enters or leaves. While an executor is alive, a batch that leaves a long queue moves up only the first of those
 * behind it; `closeHoles` moves up the rest in slices (docs/decisions/0032-positions-of-a-long-queue.md). One UPDATE
 * over the queue would collide under the unique index as soon as row order and queue order differ, so batches are moved
 * one by one, each to a position that has just become free.
 */
import type { Db } from '../db/db.ts'

/** Far beyond any real queue: temporary positions of batches that are moved past others. */
const aside = 1_000_000_000_000

/** Number of queued batches, which is also the last position. */
export function queueLength(db: Db): number {
  return (
    db.sql<{ n: number | null }>('SELECT max(position) AS n FROM batches WHERE position >= 1').get()?.n ?? 0
  )
}

function makeView(db: Db): void {
  // For this connection only, and not remembered as created: a rolled-back transaction removes them.
  db.exec(`CREATE TEMP VIEW IF NOT EXISTS places AS SELECT number, position FROM main.batches;
           CREATE TEMP TRIGGER IF NOT EXISTS put_in_place INSTEAD OF INSERT ON places
           BEGIN UPDATE batches SET position = NEW.position WHERE number = NEW.number; END`)
}

/**
 * Shifts all from place `from` to `to` by `delta`, one by one, in such an order that each finds its new place free:
 * rows inserted into a view are moved by its trigger, one after another, at half the cost of a statement for each.
 */
function shift(db: Db, from: number, to: number, delta: number): void {
  if (from > to) return
  makeView(db)
  db.sql(
    `INSERT INTO places SELECT number, position + ? FROM batches WHERE position BETWEEN ? AND ?
     ORDER BY position ${delta > 0 ? 'DESC' : 'ASC'}`,
  ).run(delta, from, to)
}

/** Makes room at `position` (1…n+1); the caller puts a batch there in the same transaction. */
export function openGap(db: Db, position: number): void {
  shift(db, position, queueLength(db), 1)
}

/** Gives the next places from `from` on to the first `limit` batches that stand there or behind, in their order. */
function pack(db: Db, from: number, limit: number): number {
  makeView(db)
  // Each moves down, in order: never a collision.
  return db
    .sql(
      `INSERT INTO places SELECT number, place FROM (
         SELECT number, position, ?1 - 1 + row_number() OVER (ORDER BY position) AS place
         FROM (SELECT number, position FROM batches WHERE position >= ?1 ORDER BY position LIMIT ?2 + 0))
       WHERE place <> position ORDER BY place`,
    )
    .run(from, limit)
}

/** Whoever leaves a hole renumbers this many positions behind it. */
export const exactPlaces = 256
/** Rows of one slice: a few milliseconds. */
const sliceRows = 1_000
const all = 1_000_000_000

/**
 * Closes the hole that a batch left at `position`: for the whole queue if there is no executor, else for the next
 * `exactPlaces` batches, and the executor moves up the others.
 */
export function closeGap(db: Db, position: number): void {
  const isWorked = db.sql('SELECT 1 FROM hosts WHERE executor = 1').get() !== undefined
  pack(db, position, isWorked ? exactPlaces : all)
}

/** Renumbers one slice of the queue from position `from` on; returns where the next one begins, null at the end. */
export function closeHoles(db: Db, from: number): number | null {
  pack(db, from, sliceRows)
  const next = from + sliceRows
  return next > queueLength(db) ? null : next
}

/**
 * Position for a batch by the rule of the queue: behind the last one that outranks it (higher priority, or the
 * same and queued earlier). Batches that a person moved keep their position.
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
      `SELECT queued_at AS t FROM batches WHERE completed_at IS NULL AND queued_at IS NOT NULL AND +position >= 0
       ORDER BY queued_at DESC LIMIT 1`,
    )
    .get()?.t
  return Math.max(now, latest ?? 0)
}

/**
 * Moves the given queued batches, in the given order, so that the first is at `to` (clamped to 1…n).
 * Batches between keep their order. Only the part of the queue that changes is read and written.
 */
export function moveTo(db: Db, ids: readonly string[], to: number): void {
  makeDense(db)
  type Place = { number: number; position: number }
  const find = db.sql<Place>('SELECT number, position FROM batches WHERE id = ?')
  const moving = [...new Set(ids)].map((id) => find.get(id)).filter((place) => place !== undefined)
  const many = moving.length
  if (many === 0) return
  const length = queueLength(db)
  const before = Math.max(0, Math.min(to - 1, length - many)) // how many will be before them
  const places = moving.map(({ position }) => position).sort((a, b) => a - b)
  const put = db.sql('UPDATE batches SET position = ? WHERE number = ?')
  for (const [index, { number }] of moving.entries()) put.run(aside + index, number)
  // Between two that leave, all move by the same amount: up by as many as have left before them, and those that will
  // stand behind the newcomers, back by as many as come.
  const after = (left: number) => (places[left - 1] ?? 0) + 1
  const until = (left: number) => (places[left] ?? length + 1) - 1
  for (let left = 1; left <= many; left += 1)
    shift(db, after(left), Math.min(until(left), before + left), -left)
  for (let left = many - 1; left >= 0; left -= 1)
    shift(db, Math.max(after(left), before + left + 1), until(left), many - left)
  for (const [index, { number }] of moving.entries()) put.run(before + 1 + index, number)
}

/** Whether positions have a hole: a claim from a long queue, or a raw statement, removed a batch. */
export function hasHoles(db: Db): boolean {
  const row = db
    .sql<{ n: number; last: number | null }>(
      'SELECT count(*) AS n, max(position) AS last FROM batches WHERE position >= 1',
    )
    .get()
  return row !== undefined && row.n !== (row.last ?? 0)
}

/** Makes positions 1…n, whatever left a hole; true if there was one. */
export function makeDense(db: Db): boolean {
  if (!hasHoles(db)) return false
  pack(db, 1, all)
  return true
}
