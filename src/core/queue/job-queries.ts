/**
 * Owns reading jobs, attempts and events. Pages are keyset pages: the cost doesn't grow with the page's number.
 */

import type { Attempt, Event, Job } from '../../contract/entities.ts'
import type { Origin } from '../../contract/origin.ts'
import type { JobStatus } from '../../contract/states.ts'
import { rangeWords } from '../../contract/words.ts'
import type { Db } from '../db/db.ts'
import { type AttemptRow, type JobRow, reasonOf, toAttempt, toJob } from './rows.ts'
import { storedObject } from './stored.ts'

/** Matches a search in what is shown of a job; true without a search. */
export function jobMentions(like: string): string {
  return `(${like} IS NULL OR j.input LIKE ${like} ESCAPE '\\' OR j.error LIKE ${like} ESCAPE '\\'
    OR (j.done_by IS NOT NULL AND done_by_sentence(j.done_by) LIKE ${like} ESCAPE '\\'))`
}

export type JobPage = { status?: readonly JobStatus[]; search?: string; after: number; limit: number }

/** Only for the rows of a page: one look by key for each. */
const withLastAttempt = 'LEFT JOIN attempts a ON a.job_id = j.id AND a.number = j.attempts'

/** Jobs of a batch in order, from ordinal `after` on. */
export function jobsPage(db: Db, batchId: string, page: JobPage): Job[] {
  const like = page.search ? `%${page.search.replace(/[\\%_]/g, '\\$&')}%` : null
  const only = page.status?.length === 1 ? page.status[0] : undefined
  const filter = jobMentions('?4')
  if (only !== undefined) {
    // One status: the index (batch_id, status, ordinal) is walked from the cursor on.
    return db
      .sql<JobRow>(
        `SELECT j.*, a.node, a.queued_ms FROM jobs j ${withLastAttempt} WHERE batch_id = ?1 AND status = ?2 AND ordinal > ?3 AND ${filter}
         ORDER BY ordinal LIMIT ?5`,
      )
      .all(batchId, only, page.after, like, page.limit)
      .map(toJob)
  }
  return db
    .sql<JobRow>(
      `SELECT j.*, a.node, a.queued_ms FROM jobs j ${withLastAttempt} WHERE batch_id = ?1 AND ordinal > ?3 AND ${filter}
       AND (?2 IS NULL OR status IN (SELECT value FROM json_each(?2))) ORDER BY ordinal LIMIT ?5`,
    )
    .all(batchId, page.status ? JSON.stringify(page.status) : null, page.after, like, page.limit)
    .map(toJob)
}

/** How many jobs a search finds (counts without a search come from the batch's counters). */
export function countMatching(db: Db, batchId: string, page: Omit<JobPage, 'after' | 'limit'>): number {
  const like = page.search ? `%${page.search.replace(/[\\%_]/g, '\\$&')}%` : null
  return (
    db
      .sql<{ n: number }>(
        `SELECT count(*) AS n FROM jobs j WHERE batch_id = ?1
         AND (?2 IS NULL OR status IN (SELECT value FROM json_each(?2)))
         AND ${jobMentions('?3')}`,
      )
      .get(batchId, page.status ? JSON.stringify(page.status) : null, like)?.n ?? 0
  )
}

/** A job by its place in the batch. */
export function jobByOrdinal(db: Db, batchId: string, ordinal: number): JobRow | undefined {
  return db.sql<JobRow>('SELECT * FROM jobs WHERE batch_id = ? AND ordinal = ?').get(batchId, ordinal)
}

/** A job by id. */
export function jobById(db: Db, id: number): JobRow | undefined {
  return db.sql<JobRow>('SELECT * FROM jobs WHERE id = ?').get(id)
}

/** The jobs that run now. */
export function runningJobsOf(db: Db, batchId: string): Job[] {
  return db
    .sql<JobRow>(`SELECT * FROM jobs WHERE batch_id = ? AND status = 'running' ORDER BY ordinal`)
    .all(batchId)
    .map(toJob)
}

/** Attempts of one job, first to last. */
export function attemptsOfJob(db: Db, jobId: number): Attempt[] {
  return db
    .sql<AttemptRow>(
      'SELECT a.*, j.ordinal FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE a.job_id = ? ORDER BY a.number',
    )
    .all(jobId)
    .map(toAttempt)
}

/** Attempts of a batch in the order of its jobs. */
export function attemptsOfBatch(db: Db, batchId: string, limit: number): Attempt[] {
  return db
    .sql<AttemptRow>(
      `SELECT a.*, j.ordinal FROM jobs j JOIN attempts a ON a.job_id = j.id WHERE j.batch_id = ?
       ORDER BY j.ordinal, a.number LIMIT ?`,
    )
    .all(batchId, limit)
    .map(toAttempt)
}

/** Commands that succeeded in any batch of this configuration and type, as their hashes. */
export function* doneHashes(db: Db, configurationId: number, type: string): Generator<string> {
  const rows = db
    .sql<{ command_hash: string }>(
      `SELECT DISTINCT j.command_hash FROM batches b JOIN jobs j ON j.batch_id = b.id
       WHERE b.configuration_id = ? AND b.batch_type = ? AND j.status = 'succeeded'`,
    )
    .iterate(configurationId, type)
  for (const row of rows) yield row.command_hash
}

/** How many jobs of a batch over a range have not ended and have their number in this part of it. */
export function openJobsIn(db: Db, batchId: string, start: number, end: number): number {
  return (
    db
      .sql<{ n: number }>(
        `SELECT count(*) AS n FROM jobs
         WHERE batch_id = ? AND status IN ('pending', 'running') AND CAST(input AS INTEGER) BETWEEN ? AND ?`,
      )
      .get(batchId, start, end)?.n ?? 0
  )
}

/** Hashes of a batch's jobs, with whether each has succeeded. */
export function* hashesOfBatch(
  db: Db,
  batchId: string,
): Generator<{ job: number; hash: string; done: boolean }> {
  for (const row of db
    .sql<{ id: number; command_hash: string; status: JobStatus }>(
      'SELECT id, command_hash, status FROM jobs WHERE batch_id = ?',
    )
    .iterate(batchId))
    yield { job: row.id, hash: row.command_hash, done: row.status === 'succeeded' }
}

type EventRow = {
  id: number
  at: number
  kind: string
  batch_id: string | null
  batch_number: number | null
  batch_type: string | null
  range_start: number | null
  range_end: number | null
  configuration_name: string | null
  job_id: number | null
  job_ordinal: number | null
  job_input: string | null
  from_status: string | null
  to_status: string | null
  actor: string
  host_id: string | null
  origin_from: Origin['from'] | null
  origin_command: string | null
  origin_folder: string | null
  reason: string | null
  reason_code: string | null
  reason_values: string | null
  details: string
}

/** Events in order; of one batch, or of everything. `after`/`before` are event ids. */
export function eventsPage(
  db: Db,
  page: {
    batchId?: string | undefined
    after?: number | undefined
    before?: number | undefined
    limit: number
  },
): Omit<Event, 'sentence'>[] {
  // Without `after` the latest ones are requested: read backwards, returned forwards.
  const backwards = page.after === undefined
  const rows = db
    .sql<EventRow>(
      `SELECT e.*, b.number AS batch_number, b.batch_type, b.range_start, b.range_end, c.name AS configuration_name, j.ordinal AS job_ordinal,
              j.input AS job_input
       FROM events e LEFT JOIN batches b ON b.id = e.batch_id
       LEFT JOIN configurations c ON c.id = b.configuration_id LEFT JOIN jobs j ON j.id = e.job_id
       WHERE (?1 IS NULL OR e.batch_id = ?1) AND e.id > ?2 AND e.id < ?3
       ORDER BY e.id ${backwards ? 'DESC' : 'ASC'} LIMIT ?4`,
    )
    .all(page.batchId ?? null, page.after ?? 0, page.before ?? Number.MAX_SAFE_INTEGER, page.limit)
  if (backwards) rows.reverse()
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    kind: row.kind,
    batchId: row.batch_id,
    batchNumber: row.batch_number,
    jobId: row.job_id,
    jobOrdinal: row.job_ordinal,
    fromStatus: row.from_status,
    toStatus: row.to_status,
    actor: row.actor,
    hostId: row.host_id,
    origin:
      row.origin_from === null
        ? null
        : { from: row.origin_from, command: row.origin_command, folder: row.origin_folder },
    reason: reasonOf(row),
    details: {
      ...(row.configuration_name === null ? {} : { configuration: row.configuration_name }),
      ...(row.batch_type === null ? {} : { type: row.batch_type }),
      ...(row.range_start === null
        ? {}
        : { range: rangeWords({ start: row.range_start, end: row.range_end ?? row.range_start }) }),
      ...(row.job_input === null ? {} : { input: row.job_input }),
      ...storedObject(row.details),
    },
  }))
}

/** Whether a batch of this number was removed before it had all its jobs. Walks all events. */
export function wasAbandoned(db: Db, number: number): boolean {
  return (
    db
      .sql(
        `SELECT 1 FROM events WHERE kind = 'batch_abandoned'
         AND CASE WHEN json_valid(details) THEN details ->> '$.number' = ? END LIMIT 1`,
      )
      .get(number) !== undefined
  )
}

/** Id of the latest event: the database's own sequence of what happened. */
export function lastEventId(db: Db): number {
  return db.sql<{ id: number | null }>('SELECT max(id) AS id FROM events').get()?.id ?? 0
}

/** What events after `id` touched: batches, and whether settings or the order may have changed. */
export function touchedSince(db: Db, id: number): { batchId: string | null; kind: string }[] {
  return db
    .sql<{ batch_id: string | null; kind: string }>('SELECT DISTINCT batch_id, kind FROM events WHERE id > ?')
    .all(id)
    .map((row) => ({ batchId: row.batch_id, kind: row.kind }))
}
