/**
 * Owns the reads behind summaries and the timeline: aggregates, none of which costs more than a scan of one
 * batch's jobs, and walks over its events. Writes nothing.
 */
import type { Db } from '../db/db.ts'
import type { BatchRow } from './rows.ts'

export type BatchFacts = BatchRow & { configuration_name: string }

/** The batch with its configuration's name. */
export function batchFacts(db: Db, batchId: string): BatchFacts | undefined {
  return db
    .sql<BatchFacts>(
      `SELECT b.*, c.name AS configuration_name
       FROM batches b JOIN configurations c ON c.id = b.configuration_id WHERE b.id = ?`,
    )
    .get(batchId)
}

export type DurationFacts = { n: number; p50: number | null; p95: number | null; longest: number | null }

/** How long the finished jobs of a batch took, in ms of awake time of their last attempt. */
export function durationFacts(db: Db, batchId: string): DurationFacts {
  return (
    db
      .sql<DurationFacts>(
        `SELECT count(*) AS n, percentile(duration_ms, 50) AS p50, percentile(duration_ms, 95) AS p95,
                max(duration_ms) AS longest
         FROM jobs WHERE batch_id = ? AND status IN ('succeeded', 'failed') AND duration_ms IS NOT NULL`,
      )
      .get(batchId) ?? { n: 0, p50: null, p95: null, longest: null }
  )
}

/**
 * Job times counted by decade and mantissa step (1, 1.2, 1.5 … 8): fine enough to draw any histogram from, a few
 * dozen rows whatever the number of jobs. Times under 1 ms count as decade -1. Equal times are counted first, and
 * the mantissa is materialized, as otherwise each comparison would compute it anew.
 */
export function durationSteps(db: Db, batchId: string): { decade: number; step: number; n: number }[] {
  return db
    .sql<{ decade: number; step: number; n: number }>(
      `WITH times AS MATERIALIZED (
              SELECT duration_ms AS ms, count(*) AS n FROM jobs
              WHERE batch_id = ? AND status IN ('succeeded', 'failed') AND duration_ms IS NOT NULL GROUP BY duration_ms),
            decades AS MATERIALIZED (
              SELECT ms, n, CASE WHEN ms < 1 THEN -1 ELSE CAST(floor(log10(ms)) AS INTEGER) END AS decade FROM times),
            mantissas AS MATERIALIZED (SELECT decade, ms / pow(10, decade) AS m, n FROM decades)
       SELECT decade, CASE WHEN decade < 0 THEN 0
                WHEN m < 1.2 THEN 0 WHEN m < 1.5 THEN 1 WHEN m < 2.0 THEN 2 WHEN m < 2.5 THEN 3 WHEN m < 3.0 THEN 4
                WHEN m < 4.0 THEN 5 WHEN m < 5.0 THEN 6 WHEN m < 6.0 THEN 7 WHEN m < 8.0 THEN 8 ELSE 9 END AS step,
              sum(n) AS n
       FROM mantissas GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all(batchId)
}

export type AttemptFacts = {
  attempts: number
  interrupted: number
  cpu_ms: number | null
  max_rss_kb: number | null
  log_bytes: number
  /** Of a cluster. */
  nodes: number
  queued_ms: number | null
  awake_ms: number | null
}

const nothingUsed: AttemptFacts = {
  attempts: 0,
  interrupted: 0,
  cpu_ms: null,
  max_rss_kb: null,
  log_bytes: 0,
  nodes: 0,
  queued_ms: null,
  awake_ms: null,
}

/** What the attempts that began at or after `since` (epoch ms) used. */
export function attemptFacts(db: Db, batchId: string, since: number): AttemptFacts {
  return (
    db
      .sql<AttemptFacts>(
        `SELECT count(*) AS attempts, coalesce(sum(a.outcome = 'interrupted'), 0) AS interrupted,
                sum(a.user_ms) + sum(a.system_ms) AS cpu_ms, max(a.max_rss_kb) AS max_rss_kb,
                coalesce(sum(a.log_bytes), 0) AS log_bytes, count(DISTINCT a.node) AS nodes,
                CAST(avg(a.queued_ms) AS INTEGER) AS queued_ms, sum(a.awake_ms) AS awake_ms
         FROM jobs j JOIN attempts a ON a.job_id = j.id WHERE j.batch_id = ? AND a.started_at >= ?`,
      )
      .get(batchId, since) ?? nothingUsed
  )
}

/** How many jobs of the batch got their verdict at or after `since` (epoch ms). */
export function finishedSince(db: Db, batchId: string, since: number): number {
  return (
    db
      .sql<{ n: number }>(
        `SELECT count(*) AS n FROM jobs
         WHERE batch_id = ? AND status IN ('succeeded', 'failed') AND completed_at >= ?`,
      )
      .get(batchId, since)?.n ?? 0
  )
}

/** The jobs that took longest. */
export function slowestJobs(
  db: Db,
  batchId: string,
  limit: number,
): { ordinal: number; input: string; duration_ms: number }[] {
  return db
    .sql<{ ordinal: number; input: string; duration_ms: number }>(
      `SELECT ordinal, input, duration_ms FROM jobs
       WHERE batch_id = ? AND status IN ('succeeded', 'failed') AND duration_ms IS NOT NULL
       ORDER BY duration_ms DESC, ordinal LIMIT ?`,
    )
    .all(batchId, limit)
}

export type FailedRow = {
  id: number
  ordinal: number
  input: string
  attempts: number
  error: string | null
  exit_code: number | null
  signal: string | null
}

/** Failed jobs in order, streamed; nothing may be written while it is walked. */
export function failedJobs(db: Db, batchId: string): IterableIterator<FailedRow> {
  return db
    .sql<FailedRow>(
      `SELECT id, ordinal, input, attempts, error, exit_code, signal FROM jobs
       WHERE batch_id = ? AND status = 'failed' ORDER BY ordinal`,
    )
    .iterate(batchId)
}

/** How many outputs the jobs of a batch declare. */
export function countDeclaredOutputs(db: Db, batchId: string): number {
  return (
    db
      .sql<{ n: number | null }>(
        `SELECT sum(json_array_length(command, '$.expect')) AS n FROM jobs WHERE batch_id = ? AND json_valid(command)`,
      )
      .get(batchId)?.n ?? 0
  )
}

export type DeclaredOutput = {
  ordinal: number
  status: string
  started_at: number | null
  cwd: string | null
  place: number
  file: string
  non_empty: number | null
}

/** Declared outputs in the order of their jobs; `place` is an output's index within its job. */
export function declaredOutputs(db: Db, batchId: string, limit: number): DeclaredOutput[] {
  return db
    .sql<DeclaredOutput>(
      `SELECT j.ordinal, j.status, j.started_at, j.command ->> '$.cwd' AS cwd, e.key AS place,
              e.value ->> '$.file' AS file, e.value ->> '$.nonEmpty' AS non_empty
       FROM jobs j JOIN json_each(CASE WHEN json_valid(j.command) THEN j.command END, '$.expect') e
       WHERE j.batch_id = ? AND e.type = 'object' AND typeof(e.value ->> '$.file') = 'text' ORDER BY j.ordinal, e.key LIMIT ?`,
    )
    .all(batchId, limit)
}

export type StretchRow = {
  id: number
  at: number
  kind: string
  batch_id: string | null
  host_id: string | null
  to_status: string | null
  details: string
}

/**
 * What stopped a batch or let it continue, in order, from the event `since` (an id) on: its own events, and those
 * of the queue and the machine, each through its index.
 */
export function stretchEvents(db: Db, batchId: string, since: number): StretchRow[] {
  return db
    .sql<StretchRow>(
      `WITH until AS MATERIALIZED (SELECT coalesce(
           (SELECT CASE WHEN b.completed_at IS NOT NULL THEN (SELECT max(id) FROM events WHERE batch_id = b.id) END
            FROM batches b WHERE b.id = ?2), (SELECT max(id) FROM events)) AS id)
       SELECT id, at, kind, batch_id, host_id, to_status, details FROM events INDEXED BY queue_events
       WHERE kind IN ('queue_paused', 'queue_resumed', 'stop_after_reached', 'machine_slept')
         AND id BETWEEN ?1 AND (SELECT id FROM until)
       UNION ALL
       SELECT id, at, kind, batch_id, host_id, to_status, details FROM events INDEXED BY events_of_batch
       WHERE batch_id = ?2 AND id BETWEEN ?1 AND (SELECT id FROM until)
         AND kind NOT IN ('queue_paused', 'queue_resumed', 'stop_after_reached', 'machine_slept')
         AND ((to_status IS NOT NULL AND job_id IS NULL) OR kind = 'batch_taken_over')
       ORDER BY id`,
    )
    .all(since, batchId)
}

type EventMark = { id: number; at: number }

/** Id and time of the batch's first event. */
export function firstEvent(db: Db, batchId: string): EventMark | undefined {
  return db.sql<EventMark>('SELECT id, at FROM events WHERE batch_id = ? ORDER BY id LIMIT 1').get(batchId)
}

/** Id and time of the event that began the batch's current run: its last retry, else its creation. */
export function runBegan(db: Db, batchId: string): EventMark | undefined {
  return (
    db
      .sql<EventMark>(
        `SELECT id, at FROM events WHERE batch_id = ? AND kind = 'batch_retried' ORDER BY id DESC LIMIT 1`,
      )
      .get(batchId) ?? firstEvent(db, batchId)
  )
}
