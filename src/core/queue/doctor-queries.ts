/**
 * Owns the doctor's queries: each finds rows that break a rule or are stuck. Reads only.
 */

import { unfinishedCopy } from '../db/copy.ts'
import type { Db } from '../db/db.ts'

/** SQLite's own check of the file; empty when it is sound. `quick` leaves out the contents of indexes. */
export function integrityProblems(db: Db, quick: boolean): string[] {
  const check = quick ? 'quick_check' : 'integrity_check'
  return db
    .sql<Record<string, string>>(`PRAGMA ${check}(20)`)
    .all()
    .flatMap((row) => Object.values(row))
    .filter((line) => line !== 'ok')
}

/** The file's own header and SQLite's version. */
export function databaseHeader(db: Db): { application: number; schema: number; sqlite: string } {
  const pragma = (name: string) =>
    Number(Object.values(db.sql<Record<string, number>>(`PRAGMA ${name}`).get() ?? {})[0])
  const sqlite = db.sql<{ v: string }>('SELECT sqlite_version() AS v').get()?.v ?? ''
  return { application: pragma('application_id'), schema: pragma('user_version'), sqlite }
}

export type Clash = { kind: 'identity' | 'overlap'; name: string; numbers: number[] }

/** Active batches that could not be together if the index and triggers had been there. */
export function clashes(db: Db): Clash[] {
  const active = `b.status IN ('initiated', 'queued', 'running', 'paused') AND b.duplicate_of IS NULL`
  const same = db
    .sql<{ name: string; numbers: string }>(
      `SELECT coalesce(c.name, '?') || ' / ' || b.batch_type AS name, group_concat(b.number) AS numbers
       FROM batches b LEFT JOIN configurations c ON c.id = b.configuration_id WHERE ${active}
       GROUP BY b.configuration_id, b.batch_type, b.range_start, b.range_end HAVING count(*) > 1`,
    )
    .all()
    .map(({ name, numbers }) => ({ kind: 'identity' as const, name, numbers: inOrder(numbers) }))
  const overlapping = db
    .sql<{ name: string; one: number; other: number }>(
      `SELECT coalesce(c.name, '?') || ' / ' || b.batch_type AS name, b.number AS one, o.number AS other
       FROM batches b
       JOIN batches o ON o.configuration_id = b.configuration_id AND o.batch_type = b.batch_type
        AND o.number > b.number AND o.range_start <= b.range_end AND o.range_end >= b.range_start
        AND (o.range_start <> b.range_start OR o.range_end <> b.range_end)
        AND o.status IN ('initiated', 'queued', 'running', 'paused') AND o.duplicate_of IS NULL
       LEFT JOIN configurations c ON c.id = b.configuration_id WHERE ${active} ORDER BY b.number LIMIT 100`,
    )
    .all()
    .map(({ name, one, other }) => ({ kind: 'overlap' as const, name, numbers: [one, other] }))
  return [...same, ...overlapping]
}

function inOrder(numbers: string): number[] {
  return numbers
    .split(',')
    .map(Number)
    .sort((a, b) => a - b)
}

export type RunningBatch = { id: string; number: number; host_id: string | null }

/** Batches that count as running; one at most is right. */
export function runningBatches(db: Db): RunningBatch[] {
  return db
    .sql<RunningBatch>(
      `SELECT id, number, host_id FROM batches WHERE +status = 'running' OR +position = 0 ORDER BY number`,
    )
    .all()
}

/** Positions in the queue as they are, in order. */
export function queuePositions(db: Db): number[] {
  return db
    .sql<{ position: number }>('SELECT position FROM batches WHERE +position >= 1 ORDER BY position')
    .all()
    .map((row) => row.position)
}

/** Batches whose counters differ from their jobs; the jobs are the truth. */
export function driftedCounters(db: Db): { number: number; status: string }[] {
  return db
    .sql<{ number: number; status: string }>(
      // One walk over the index (batch_id, status, ordinal) counts all jobs.
      `SELECT b.number, b.status FROM batches b LEFT JOIN
        (SELECT batch_id, count(*) AS total, sum(status = 'pending') AS pending, sum(status = 'running') AS running,
                sum(status = 'succeeded') AS succeeded, sum(status = 'failed') AS failed,
                sum(status = 'cancelled') AS cancelled FROM jobs GROUP BY batch_id) j ON j.batch_id = b.id
       WHERE (b.jobs_total, b.jobs_pending, b.jobs_running, b.jobs_succeeded, b.jobs_failed, b.jobs_cancelled)
         IS NOT (coalesce(j.total, 0), coalesce(j.pending, 0), coalesce(j.running, 0), coalesce(j.succeeded, 0),
                 coalesce(j.failed, 0), coalesce(j.cancelled, 0))
       ORDER BY b.number LIMIT 100`,
    )
    .all()
}

/** Jobs that count as running although their batch doesn't. */
export function strandedJobs(db: Db): { number: number | null; status: string | null; jobs: number }[] {
  return db
    .sql<{ number: number | null; status: string | null; jobs: number }>(
      `SELECT b.number, b.status, count(*) AS jobs FROM jobs j LEFT JOIN batches b ON b.id = j.batch_id
       WHERE j.status = 'running' AND b.status IS NOT 'running' GROUP BY j.batch_id LIMIT 100`,
    )
    .all()
}

/** Names of the attempts that run, as their processes carry them. */
export function runningAttempts(db: Db): Set<string> {
  const rows = db
    .sql<{ key: string }>(
      `SELECT j.id || '.' || j.attempts AS key FROM batches b JOIN jobs j ON j.batch_id = b.id
       WHERE b.status = 'running' AND j.status = 'running'`,
    )
    .all()
  return new Set(rows.map((row) => row.key))
}

/** Numbers of batches that ended before `before` and have no summary of that run, and how many failed to get one. */
export function summaryGaps(db: Db, before: number): { missing: number[]; failed: number } {
  const missing = db
    .sql<{ number: number }>(
      `SELECT b.number FROM batches b WHERE b.completed_at < ?
       AND NOT EXISTS (SELECT 1 FROM run_summaries s WHERE s.batch_id = b.id AND s.run = b.run)
       ORDER BY b.number LIMIT 100`,
    )
    .all(before)
  const failed = db.sql<{ n: number }>('SELECT count(*) AS n FROM run_summaries WHERE summary IS NULL').get()
  return { missing: missing.map((row) => row.number), failed: failed?.n ?? 0 }
}

/** Folders of the latest backups. */
export function backupFolders(db: Db): string[] {
  return db
    .sql<{ file: string }>(
      `SELECT DISTINCT json_extract(details, '$.file') AS file FROM
        (SELECT details FROM events WHERE kind = 'database_backed_up' AND json_valid(details) ORDER BY id DESC LIMIT 20)
       WHERE file IS NOT NULL`,
    )
    .all()
    .map((row) => row.file)
}

/** True for a file that a killed backup or migration left. */
export function isUnfinishedCopy(name: string): boolean {
  return unfinishedCopy.test(name) || /\.before-v\d+\.partial-\d+$/.test(name)
}

/** Writes the WAL back into the database and empties it; false when a reader held it. */
export function checkpoint(db: Db): boolean {
  return db.sql<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0
}
