/**
 * Owns what a batch waits for: links from a batch to the predecessors that its `after` names. A link whose
 * predecessor is '' waits for a type that has not been added yet.
 */
import type { Db } from '../db/db.ts'

/** Links a new batch to the latest batches of the given type (one for each range), or to the type alone. */
export function linkAfter(db: Db, batchId: string, configurationId: number, types: readonly string[]): void {
  const link = db.sql(
    'INSERT OR IGNORE INTO batch_after (batch_id, after_type, predecessor_id) VALUES (?, ?, ?)',
  )
  for (const type of types) {
    const latest = latestOfType(db, configurationId, type)
    if (latest.length === 0) link.run(batchId, type, '')
    for (const predecessor of latest) if (predecessor !== batchId) link.run(batchId, type, predecessor)
  }
}

/**
 * The batches of the latest submit of a type: active ones; else the newest batch and its sister ranges, which
 * were created in the same moment.
 */
function latestOfType(db: Db, configurationId: number, type: string): string[] {
  const active = db
    .sql<{ id: string }>(
      `SELECT id FROM batches WHERE configuration_id = ? AND batch_type = ?
       AND status IN ('initiated', 'queued', 'running', 'paused') ORDER BY number`,
    )
    .all(configurationId, type)
  const sisters = db
    .sql<{ id: string }>(
      `SELECT id FROM batches WHERE configuration_id = ?1 AND batch_type = ?2 AND created_at =
         (SELECT created_at FROM batches WHERE configuration_id = ?1 AND batch_type = ?2 ORDER BY number DESC LIMIT 1)
       ORDER BY number`,
    )
    .all(configurationId, type)
  return [...new Set([...active, ...sisters].map((row) => row.id))]
}

/** Whether a batch that has not ended waits for one of this type that was never added, or ended otherwise than well. */
export function isAwaited(db: Db, configurationId: number, type: string): boolean {
  return (
    db
      .sql(
        `SELECT 1 FROM batch_after a CROSS JOIN batches w ON w.id = a.batch_id
         WHERE a.after_type = ? AND w.configuration_id = ? AND w.completed_at IS NULL
           AND (a.predecessor_id = '' OR EXISTS (
             SELECT 1 FROM batches p WHERE p.id = a.predecessor_id AND p.completed_at IS NOT NULL AND p.status <> 'completed'))
         LIMIT 1`,
      )
      .get(type, configurationId) !== undefined
  )
}

/**
 * A new batch of a type is there: active batches that wait for one of that type which was never added, was
 * cancelled or ended badly (for this range, if it has one), wait for the new one instead.
 */
export function relinkTo(db: Db, successorOf: { id: string; configurationId: number; type: string }): void {
  const stale = db
    .sql<{ batch_id: string; predecessor_id: string }>(
      `SELECT a.batch_id, a.predecessor_id
       FROM batch_after a CROSS JOIN batches w ON w.id = a.batch_id LEFT JOIN batches p ON p.id = a.predecessor_id
       JOIN batches n ON n.id = ?1
       WHERE a.after_type = ?3 AND w.configuration_id = ?2 AND w.completed_at IS NULL AND w.id <> ?1
         AND (a.predecessor_id = ''
              OR (p.completed_at IS NOT NULL AND p.status <> 'completed'
                  AND p.range_start IS n.range_start AND p.range_end IS n.range_end)
              OR p.id = n.continues)`,
    )
    .all(successorOf.id, successorOf.configurationId, successorOf.type)
  for (const row of stale) {
    db.sql('DELETE FROM batch_after WHERE batch_id = ? AND after_type = ? AND predecessor_id = ?').run(
      row.batch_id,
      successorOf.type,
      row.predecessor_id,
    )
    db.sql('INSERT OR IGNORE INTO batch_after (batch_id, after_type, predecessor_id) VALUES (?, ?, ?)').run(
      row.batch_id,
      successorOf.type,
      successorOf.id,
    )
  }
}

/** The batch waits for nothing any more. */
export function dropAfter(db: Db, batchId: string): number {
  return db.sql('DELETE FROM batch_after WHERE batch_id = ?').run(batchId)
}

/** What a batch waited for, put back as it was. */
export function restoreAfter(db: Db, batchId: string, links: readonly { type: string; id: string }[]): void {
  const link = db.sql(
    'INSERT OR IGNORE INTO batch_after (batch_id, after_type, predecessor_id) VALUES (?, ?, ?)',
  )
  for (const { type, id } of links) link.run(batchId, type, id)
}
