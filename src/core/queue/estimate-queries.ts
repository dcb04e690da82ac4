/**
 * Owns the reads behind estimates: the queue as it is, and the last finished jobs of like batches. Bounded
 * index walks only, as they run after every change. Writes nothing.
 */
import type { Db } from '../db/db.ts'

/** Options that can't be read say nothing of it; nor does what is no number. */
const parallel = `CASE WHEN json_valid(options) AND json_type(options, '$.parallel') = 'integer'
                   THEN options ->> '$.parallel' END AS parallel`

export type QueueRow = {
  id: string
  configuration_id: number
  batch_type: string
  position: number
  /** Jobs left; of a batch whose inputs are looked up later as many as the last of its kind had, null if there was none. */
  open: number | null
  running: number
  finished: number
  parallel: number | null
  pause_requested: number
}

/** What runs and the first `places` queued batches, in order, with what an estimate needs; walks the index of positions. */
export function queueForEstimate(db: Db, places: number): QueueRow[] {
  return db
    .sql<QueueRow>(
      `SELECT id, configuration_id, batch_type, position,
              CASE WHEN sealed = 0 AND expands = 'when-claimed'
                THEN (SELECT e.jobs_total FROM batches e
                      WHERE e.configuration_id = b.configuration_id AND e.batch_type = b.batch_type AND e.jobs_total > 0
                        AND e.sealed = 1 ORDER BY e.number DESC LIMIT 1)
                ELSE jobs_pending + jobs_running END AS open,
              jobs_running AS running, jobs_succeeded + jobs_failed AS finished,
              ${parallel}, pause_requested
       FROM batches b WHERE position IS NOT NULL ORDER BY position LIMIT ? + 1`,
    )
    .all(places)
}

/** For each of the first `places` queued batches that waits: what it waits for, '' for a type that was never added. */
export function openLinks(db: Db, places: number): { batch_id: string; predecessor_id: string }[] {
  return db
    .sql<{ batch_id: string; predecessor_id: string }>(
      `SELECT a.batch_id, a.predecessor_id
       FROM (SELECT id FROM batches WHERE position >= 1 ORDER BY position LIMIT ? + 0) b
       CROSS JOIN batch_after a ON a.batch_id = b.id LEFT JOIN batches p ON p.id = a.predecessor_id
       WHERE p.status IS NOT 'completed'`,
    )
    .all(places)
}

/** Changes when a batch ends: the time of the latest end. */
export function latestEnd(db: Db): number {
  return (
    db
      .sql<{ at: number | null }>(
        'SELECT max(completed_at) AS at FROM batches WHERE completed_at IS NOT NULL',
      )
      .get()?.at ?? 0
  )
}

export type SampleBatch = { id: string; parallel: number | null }

/** The latest batches of this configuration and type with finished jobs. */
export function batchesToLearnFrom(
  db: Db,
  configurationId: number,
  type: string,
  limit: number,
): SampleBatch[] {
  return db
    .sql<SampleBatch>(
      `SELECT id, ${parallel} FROM batches
       WHERE configuration_id = ? AND batch_type = ? AND jobs_succeeded + jobs_failed > 0
       ORDER BY number DESC LIMIT ?`,
    )
    .all(configurationId, type, limit)
}

/** The latest batches of this type in any configuration, with finished jobs. */
export function batchesOfTypeAnywhere(db: Db, type: string, limit: number): SampleBatch[] {
  return db
    .sql<SampleBatch>(
      `SELECT id, ${parallel} FROM batches
       WHERE batch_type = ? AND jobs_succeeded + jobs_failed > 0 ORDER BY number DESC LIMIT ?`,
    )
    .all(type, limit)
}

/**
 * The last finished jobs of a batch (by ordinal, so that the index is walked and not sorted), in the order in
 * which they ended. `cost_ms` is awake time, counted once for each attempt that the job took.
 */
export function lastFinished(
  db: Db,
  batchId: string,
  limit: number,
): { cost_ms: number; completed_at: number }[] {
  return db
    .sql<{ cost_ms: number; completed_at: number }>(
      `SELECT duration_ms * max(1, failures + (status = 'succeeded')) AS cost_ms, completed_at FROM (
         SELECT * FROM (SELECT ordinal, status, duration_ms, failures, completed_at FROM jobs
                        WHERE batch_id = ?1 AND status = 'succeeded' ORDER BY ordinal DESC LIMIT ?2)
         UNION ALL
         SELECT * FROM (SELECT ordinal, status, duration_ms, failures, completed_at FROM jobs
                        WHERE batch_id = ?1 AND status = 'failed' ORDER BY ordinal DESC LIMIT ?2)
         ORDER BY ordinal DESC LIMIT ?2)
       WHERE duration_ms IS NOT NULL ORDER BY completed_at, ordinal`,
    )
    .all(batchId, limit)
}

/** When the running jobs of a batch were started. */
export function runningSince(db: Db, batchId: string): number[] {
  return db
    .sql<{ started_at: number }>(
      `SELECT started_at FROM jobs WHERE batch_id = ? AND status = 'running' AND started_at IS NOT NULL`,
    )
    .all(batchId)
    .map((row) => row.started_at)
}
