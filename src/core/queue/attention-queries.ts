/**
 * Owns the reads behind the sentences about the queue: who is first, who is stuck, what ended or went wrong
 * lately. Bounded reads, as they run after every change. Writes nothing.
 */
import { failureMessage, normaliseMessage } from '../../contract/failure-message.ts'
import type { Db } from '../db/db.ts'
import { openLinks } from './estimate-queries.ts'
import type { BatchFacts } from './insight-queries.ts'
import type { BatchRow, JobRow } from './rows.ts'

/** More than any queue has. */
export const everyPlace = 1_000_000_000

export type QueueCounts = { queued: number; paused: number; held: number }

/** How many batches are queued, paused and on hold; held ones only once they are filled. */
export function queueCounts(db: Db): QueueCounts {
  return (
    db
      .sql<QueueCounts>(
        // Each count walks its part of the index by status and reads no row.
        `SELECT (SELECT count(*) FROM batches WHERE status = 'queued' AND cleared_at IS NULL) AS queued,
                (SELECT count(*) FROM batches WHERE status = 'paused' AND cleared_at IS NULL) AS paused,
                (SELECT count(*) FROM batches WHERE status = 'initiated' AND cleared_at IS NULL
                   AND (sealed = 1 OR (expands = 'when-claimed' AND host_id IS NULL))) AS held`,
      )
      .get() ?? { queued: 0, paused: 0, held: 0 }
  )
}

/** Ids of the first queued batch, and of the first that waits for nothing, by the same rule as the claim. */
export function headOfLine(db: Db): { first: string | undefined; claimable: string | undefined } {
  const first = db
    .sql<{ id: string }>('SELECT id FROM batches WHERE rank IS NOT NULL ORDER BY rank, number LIMIT 1')
    .get()?.id
  const claimable = db
    .sql<{ id: string }>(
      `SELECT b.id FROM batches b WHERE b.rank IS NOT NULL AND (b.sealed = 1 OR b.expands = 'when-claimed')
         AND NOT EXISTS (SELECT 1 FROM batch_after a LEFT JOIN batches p ON p.id = a.predecessor_id
                         WHERE a.batch_id = b.id AND p.status IS NOT 'completed')
       ORDER BY b.rank, b.number LIMIT 1`,
    )
    .get()?.id
  return { first, claimable }
}

/** Of the jobs that are next, the first that waits for its retry, and until when; undefined when none waits. */
export function nextRetry(db: Db, batchId: string, now: number): { ordinal: number; at: number } | undefined {
  return db
    .sql<{ ordinal: number; at: number }>(
      // Jobs that wait stay in front: reading the rest of a long batch would find no other.
      `SELECT ordinal, not_before AS at
       FROM (SELECT ordinal, not_before FROM jobs WHERE batch_id = ? AND status = 'pending' ORDER BY ordinal LIMIT 64)
       WHERE not_before > ? ORDER BY not_before LIMIT 1`,
    )
    .get(batchId, now)
}

/**
 * Of the first `lookAt` queued batches those that will not start by themselves, as what they wait for ended badly or was
 * never added.
 */
export function stuckInQueue(db: Db, lookAt: number): string[] {
  return db
    .sql<{ id: string }>(
      `SELECT b.id FROM (SELECT id, position FROM batches WHERE position >= 1 ORDER BY position LIMIT ? + 0) b
       WHERE EXISTS (SELECT 1 FROM batch_after a LEFT JOIN batches p ON p.id = a.predecessor_id
                     WHERE a.batch_id = b.id
                       AND (p.id IS NULL OR p.status IN ('completed_with_errors', 'failed', 'cancelled')))
       ORDER BY b.position`,
    )
    .all(lookAt)
    .map((row) => row.id)
}

/**
 * Of the first `lookAt` queued batches those that wait for each other, or for one that does: none of them ever starts by
 * itself. Slipway makes no such links.
 */
export function waitingInCircles(db: Db, lookAt: number): string[] {
  const waits = new Map<string, number>()
  const behind = new Map<string, string[]>()
  for (const { batch_id, predecessor_id } of openLinks(db, lookAt)) {
    waits.set(batch_id, (waits.get(batch_id) ?? 0) + 1)
    const others = behind.get(predecessor_id)
    if (others) others.push(batch_id)
    else behind.set(predecessor_id, [batch_id])
  }
  // Whoever waits for none of these may start one day, and then those behind it.
  const free = [...behind.keys()].filter((id) => !waits.has(id))
  for (const id of free)
    for (const next of behind.get(id) ?? []) {
      const left = (waits.get(next) ?? 0) - 1
      waits.set(next, left)
      if (left === 0 && waits.delete(next)) free.push(next)
    }
  return [...waits.keys()]
}

/** So many failures at the beginning are no accident. */
export const earlyFailures = 20

/**
 * What the first jobs of a batch have in common that all failed in the same way, and none succeeded; undefined where there
 * are too few of them, or they failed in different ways.
 */
export function failingAlike(
  db: Db,
  batch: Pick<BatchRow, 'id' | 'jobs_failed' | 'jobs_succeeded'>,
): { failed: number; message: string } | undefined {
  if (batch.jobs_succeeded > 0 || batch.jobs_failed < earlyFailures) return undefined
  const jobs = db
    .sql<Pick<JobRow, 'error' | 'exit_code' | 'signal'>>(
      `SELECT error, exit_code, signal FROM jobs WHERE batch_id = ? AND status = 'failed' ORDER BY ordinal LIMIT ?`,
    )
    .all(batch.id, earlyFailures)
  const ways = jobs.map(({ error, exit_code: exitCode, signal }) => {
    const message = normaliseMessage(failureMessage({ error, exitCode, signal }))
    return { message, key: `${exitCode} ${signal} ${message}` }
  })
  const [first] = ways
  if (first === undefined || ways.some(({ key }) => key !== first.key)) return undefined
  return { failed: batch.jobs_failed, message: first.message }
}

/** Ids of paused batches that were set aside, as their rows can't be understood. */
export function quarantined(db: Db): string[] {
  return db
    .sql<{ id: string }>(
      `SELECT id FROM batches WHERE status = 'paused' AND cleared_at IS NULL AND reason_code IN ('unreadable', 'unrecordable')
       ORDER BY number`,
    )
    .all()
    .map((row) => row.id)
}

/** Batches that ended lately, are unseen and in the history; latest first, of the last `lookAt` ends. */
export function unseenEnds(db: Db, lookAt: number): BatchFacts[] {
  return db
    .sql<BatchFacts>(
      `SELECT b.*, c.name AS configuration_name
       FROM (SELECT * FROM batches WHERE completed_at IS NOT NULL ORDER BY completed_at DESC LIMIT ?) b
       JOIN configurations c ON c.id = b.configuration_id
       WHERE b.seen_at IS NULL AND b.cleared_at IS NULL ORDER BY b.completed_at DESC, b.number DESC`,
    )
    .all(lookAt)
}

/** How many outputs of a batch's current run looked odd, and the first of them. */
export function oddOutputs(
  db: Db,
  batchId: string,
  run: number,
): { n: number; file: string; why: string } | undefined {
  return db
    .sql<{ n: number; file: string; why: string }>(
      `SELECT json_array_length(summary, '$.outputs.suspicious') AS n,
              summary ->> '$.outputs.suspicious[0].file' AS file, summary ->> '$.outputs.suspicious[0].why' AS why
       FROM run_summaries WHERE batch_id = ? AND run = ?
         AND CASE WHEN json_valid(summary) THEN json_array_length(summary, '$.outputs.suspicious') > 0 END`,
    )
    .get(batchId, run)
}

export type OddEvent = {
  kind: string
  at: number
  batch_id: string
  ordinal: number | null
  host_losses: number | null
  reason: string | null
  reason_code: string | null
  reason_values: string | null
}

/**
 * Refused requests from a command line for a batch that was active then and still is; latest first. The event
 * doesn't show whether a script or a person made them, so both count. Bounded as `oddEvents` is.
 */
export function refusedByCommandLine(
  db: Db,
  since: number,
  lookAt: number,
): { batch_id: string; at: number; command: string }[] {
  return db
    .sql<{ batch_id: string; at: number; command: string }>(
      `SELECT e.batch_id, e.at, e.origin_command AS command FROM events e JOIN batches b ON b.id = e.batch_id
       WHERE e.id > (SELECT max(id) FROM events) - ? AND e.at >= ? AND e.${isOdd} AND e.kind = 'enqueue_conflicted'
         AND e.origin_from = 'command-line' AND CASE WHEN json_valid(e.details) THEN e.details ->> '$.refused' = 1 END AND b.completed_at IS NULL
       ORDER BY e.id DESC`,
    )
    .all(lookAt, since)
}

/** As the index has it, word by word: SQLite takes a partial index only then. */
const isOdd = `kind IN ('finalizer_rescued', 'summary_failed', 'job_interrupted', 'job_failed', 'enqueue_conflicted')`

/**
 * What went wrong lately besides failed jobs: rescues, summaries that could not be made, jobs that were interrupted
 * together with their host. Reads the last `lookAt` events, as these have no index by time.
 */
export function oddEvents(db: Db, since: number, lookAt: number): OddEvent[] {
  return db
    .sql<OddEvent>(
      `SELECT e.kind, e.at, e.batch_id, j.ordinal, j.host_losses, e.reason, e.reason_code, e.reason_values
       FROM events e INDEXED BY odd_events CROSS JOIN batches b ON b.id = e.batch_id LEFT JOIN jobs j ON j.id = e.job_id
       WHERE e.id > (SELECT max(id) FROM events) - ? AND e.at >= ? AND e.${isOdd}
         AND (e.kind IN ('finalizer_rescued', 'summary_failed')
              OR (e.kind IN ('job_interrupted', 'job_failed') AND j.host_losses > 0))
         AND b.cleared_at IS NULL ORDER BY e.id DESC`,
    )
    .all(lookAt, since)
}
