/**
 * Owns positions: 1…n, dense after every operation, inside the caller's transaction. Knows nothing of why a
 * batch enters or leaves. One UPDATE over the line would collide under the unique index as soon as row order and
 * queue order differ, so batches are put one by one, each where a place has just become free.
 */
import { type Db, isRefusedByRule } from '../db/db.ts'

/** Far beyond any real queue: where batches wait that are moved past others. */
const aside = 1_000_000_000_000

/** Number of queued batches, which is also the last position. */
export function queueLength(db: Db): number {
  return (
    db.sql<{ n: number | null }>('SELECT max(position) AS n FROM batches WHERE position >= 1').get()?.n ?? 0
  )
}

/** One place up or down for all from `from` on, in such an order that each finds its new place free. */
function shift(db: Db, from: number, delta: 1 | -1): void {
  const behind = db
    .sql<{ number: number; position: number }>(
      delta === 1
        ? 'SELECT number, position FROM batches WHERE position >= ? ORDER BY position DESC'
        : 'SELECT number, position FROM batches WHERE position >= ? ORDER BY position',
    )
    .all(from)
  const put = db.sql('UPDATE batches SET position = ? WHERE number = ?')
  for (const { number, position } of behind) put.run(position + delta, number)
}

/** Makes room at `position` (1…n+1); the caller puts a batch there in the same transaction. */
export function openGap(db: Db, position: number): void {
  shift(db, position, 1)
}

/**
 * Closes the hole that a batch left at `position`. Where batches stand in the order of their numbers, as most do,
 * one statement finds each next place free, at half the cost; one that meets a taken place changes nothing.
 */
export function closeGap(db: Db, position: number): void {
  try {
    db.sql('UPDATE batches SET position = position - 1 WHERE position > ?').run(position)
  } catch (cause) {
    if (!isRefusedByRule(cause)) throw cause
    shift(db, position + 1, -1)
  }
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
  const latest = db
    .sql<{ t: number | null }>('SELECT max(queued_at) AS t FROM batches WHERE position >= 0')
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
  const moving = ids.map((id) => find.get(id)).filter((place) => place !== undefined)
  if (moving.length === 0) return
  const at = Math.max(0, Math.min(to - 1, queueLength(db) - moving.length)) // so many stand before them then
  const places = moving.map(({ position }) => position)
  const first = Math.min(at + 1, ...places)
  const last = Math.max(at + moving.length, ...places)
  const numbers = new Set(moving.map(({ number }) => number))
  const rest = db
    .sql<Place>('SELECT number, position FROM batches WHERE position BETWEEN ? AND ? ORDER BY position')
    .all(first, last)
    .filter(({ number }) => !numbers.has(number))
  const put = db.sql('UPDATE batches SET position = ? WHERE number = ?')
  for (const [index, { number }] of moving.entries()) put.run(aside + index, number)
  // The rest keep their order, so those that go up, from the first, and those that go back, from the last, find
  // their places free.
  const before = at - (first - 1)
  for (const [index, { number, position }] of rest.slice(0, before).entries())
    if (first + index < position) put.run(first + index, number)
  for (let index = rest.length - 1; index >= before; index -= 1) {
    const { number, position } = rest[index] as Place
    const goal = first + index + moving.length
    if (goal > position) put.run(goal, number)
  }
  for (const [index, { number }] of moving.entries()) put.run(at + 1 + index, number)
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
