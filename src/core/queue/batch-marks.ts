/**
 * Owns marks on finished batches that have no bearing on their work: seen by a person, cleared from the history.
 */
import type { Db } from '../db/db.ts'

/** Marks finished batches (all of them with null) as seen; returns how many were unseen. */
export function markSeen(db: Db, ids: readonly string[] | null, at: number): number {
  return db
    .sql(
      `UPDATE batches SET seen_at = ?1 WHERE completed_at IS NOT NULL AND seen_at IS NULL
       AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))`,
    )
    .run(at, ids === null ? null : JSON.stringify(ids))
}

/** Takes finished batches (all with null) out of the history's first view, or (at = null) brings them back. */
export function clearHistory(db: Db, ids: readonly string[] | null, at: number | null): string[] {
  return db
    .sql<{ id: string }>(
      `UPDATE batches SET cleared_at = ?1 WHERE completed_at IS NOT NULL AND (cleared_at IS NULL) = (?1 IS NOT NULL)
       AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2))) RETURNING id`,
    )
    .all(at, ids === null ? null : JSON.stringify(ids))
    .map((row) => row.id)
}
