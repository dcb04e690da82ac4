/**
 * Owns reading batches: one statement per question, each with the index that answers it. Writes nothing.
 */
import type { Batch, BatchRef } from '../../contract/entities.ts'
import type { BatchStatus } from '../../contract/states.ts'
import { batchStatuses } from '../../contract/states.ts'
import type { Db } from '../db/db.ts'
import { jobMentions } from './job-queries.ts'
import { type BatchEntityRow, type BatchRow, toBatch } from './rows.ts'

// What holds a batch back is one correlated walk over its few links; for all other batches it costs one miss.
const entity = `SELECT b.*, c.name AS configuration_name, c.spec_path, c.project_path,
    CASE b.status WHEN 'queued' THEN
      (SELECT json_group_array(json_object('number', p.number, 'type', a.after_type, 'status', p.status) ORDER BY p.number)
       FROM batch_after a LEFT JOIN batches p ON p.id = a.predecessor_id
       WHERE a.batch_id = b.id AND p.status IS NOT 'completed') END AS waits_for,
    b.id = (SELECT json_extract(value, '$.batchId') FROM settings WHERE key = 'stop-after' AND json_valid(value)) AS is_stop_after
  FROM batches b JOIN configurations c ON c.id = b.configuration_id`

const active = `b.status IN ('initiated', 'queued', 'running', 'paused')`
// Running, then the queue, then paused and held ones in the order of their creation.
const inOrder = `ORDER BY b.position IS NOT 0, b.rank IS NULL, b.rank, b.number`

/** A batch by number ('42', '#42', 42) or id; undefined when there is none. */
export function findBatch(db: Db, ref: BatchRef): Batch | undefined {
  const text = String(ref).trim()
  const number = /^#?(\d{1,15})$/.exec(text)?.[1]
  const row =
    number === undefined
      ? db.sql<BatchEntityRow>(`${entity} WHERE b.id = ?`).get(text.toLowerCase())
      : db.sql<BatchEntityRow>(`${entity} WHERE b.number = ?`).get(Number(number))
  return row && toBatch(row)
}

/** The batch with this id, which must exist. */
export function batchById(db: Db, id: string): Batch {
  const batch = findBatch(db, id)
  if (!batch) throw new Error(`batch ${id} vanished`)
  return batch
}

/** What runs and the first `limit` queued batches, in order; and the first `limit` paused and held ones, oldest first. */
export function headOfQueue(db: Db, limit: number): Batch[] {
  const parked = (status: 'paused' | 'initiated') =>
    db
      .sql<BatchEntityRow>(
        `${entity} WHERE b.status = '${status}' AND b.cleared_at IS NULL ORDER BY b.number LIMIT ? + 0`,
      )
      .all(limit)
      .map(toBatch)
  const atRest = [...parked('paused'), ...parked('initiated')].sort((a, b) => a.number - b.number)
  return [...runningBatch(db), ...queuePage(db, 0, limit), ...atRest.slice(0, limit)]
}

function runningBatch(db: Db): Batch[] {
  return db.sql<BatchEntityRow>(`${entity} WHERE b.position = 0`).all().map(toBatch)
}

/** Queued batches in order, without the first `skip`. */
export function queuePage(db: Db, skip: number, limit: number): Batch[] {
  return db
    .sql<BatchEntityRow>(
      // The index alone is walked to the page.
      `${entity} WHERE b.number IN (SELECT number FROM batches WHERE rank IS NOT NULL ORDER BY rank, number LIMIT ?1 + 0 OFFSET ?2 + 0)
       ORDER BY b.rank, b.number`,
    )
    .all(limit, skip)
    .map(toBatch)
}

/** Every active batch: running first, then the queue in order, then paused and held ones. */
export function activeBatches(db: Db, search?: string): Batch[] {
  if (!search) return db.sql<BatchEntityRow>(`${entity} WHERE ${active} ${inOrder}`).all().map(toBatch)
  return db
    .sql<BatchEntityRow>(`${entity} WHERE ${active} AND ${mentions('?1')} ${inOrder}`)
    .all(likeOf(search))
    .map(toBatch)
}

/**
 * A batch with a text in its name, its error or reason, or in a job's input or error. A name is found as it is shown,
 * '#12 flood-2026 / evolve 0-9', with any part of it left out at either end, and without the slash.
 */
function mentions(like: string): string {
  const range = `CASE WHEN b.range_start IS NULL THEN '' WHEN b.range_start < 0
                 THEN ' ' || b.range_start || '..' || b.range_end ELSE ' ' || b.range_start || '-' || b.range_end END`
  return `('#' || b.number || ' ' || c.name || ' / ' || b.batch_type || ${range} LIKE ${like} ESCAPE '\\'
    OR c.name || ' ' || b.batch_type || ${range} || ' #' || b.number LIKE ${like} ESCAPE '\\'
    OR b.error LIKE ${like} ESCAPE '\\'
    OR coalesce(b.reason, reason_sentence(b.reason_code, b.reason_values)) LIKE ${like} ESCAPE '\\'
    OR EXISTS (SELECT 1 FROM jobs j WHERE j.batch_id = b.id AND ${jobMentions(like)}))`
}

function likeOf(search: string): string {
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`
}

/** What the executor reads several times for each job: a third of the columns at a third of the cost. */
export type RunningRow = Pick<
  BatchRow,
  | 'id'
  | 'number'
  | 'host_id'
  | 'claim_token'
  | 'pause_requested'
  | 'options'
  | 'failed_before'
  | 'jobs_total'
  | 'jobs_pending'
  | 'jobs_running'
  | 'jobs_failed'
  | 'jobs_succeeded'
>

/** The batch that runs. */
export function runningRow(db: Db): RunningRow | undefined {
  return db
    .sql<RunningRow>(
      `SELECT id, number, host_id, claim_token, pause_requested, options, failed_before,
              jobs_total, jobs_pending, jobs_running, jobs_failed, jobs_succeeded
       FROM batches WHERE position = 0`,
    )
    .get()
}

/** Whether anything is queued. */
export function hasQueued(db: Db): boolean {
  return db.sql('SELECT 1 FROM batches WHERE position >= 1 LIMIT 1').get() !== undefined
}

/** Ids of queued batches in order. */
export function queuedIds(db: Db): string[] {
  return db
    .sql<{ id: string }>('SELECT id FROM batches WHERE rank IS NOT NULL ORDER BY rank, number')
    .all()
    .map((row) => row.id)
}

export type FinalPage = {
  status?: readonly BatchStatus[]
  search?: string
  cleared: boolean
  /** Only batches that ended before the one with this number did. */
  before?: number
  limit: number
}

/** Finished batches, latest first. */
export function finalBatches(db: Db, page: FinalPage): Batch[] {
  return db
    .sql<BatchEntityRow>(
      `${entity}
       WHERE b.completed_at IS NOT NULL
         AND (?1 IS NULL OR b.status IN (SELECT value FROM json_each(?1)))
         AND (?2 = 1 OR b.cleared_at IS NULL)
         AND (?3 IS NULL OR (b.completed_at, b.number) <
              (SELECT completed_at, number FROM batches WHERE number = ?3))
         AND (?4 IS NULL OR ${mentions('?4')})
       ORDER BY b.completed_at DESC, b.number DESC LIMIT ?5`,
    )
    .all(
      page.status ? JSON.stringify(page.status) : null,
      page.cleared ? 1 : 0,
      page.before ?? null,
      page.search ? likeOf(page.search) : null,
      page.limit,
    )
    .map(toBatch)
}

/** The batches with these ids that exist, in no special order. */
export function batchesByIds(db: Db, ids: readonly string[]): Batch[] {
  return db
    .sql<BatchEntityRow>(`${entity} WHERE b.id IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(ids))
    .map(toBatch)
}

/** How many batches are in each status; cleared ones count only on request. */
export function countByStatus(db: Db): Record<BatchStatus, number> {
  const counts = Object.fromEntries(batchStatuses.map((status) => [status, 0])) as Record<BatchStatus, number>
  for (const row of db
    .sql<{ status: BatchStatus; n: number }>(
      'SELECT status, count(*) AS n FROM batches WHERE cleared_at IS NULL GROUP BY status',
    )
    .all())
    counts[row.status] = row.n
  return counts
}

/** Numbers of the batches that ended before `at` and have stayed final since. */
export function endedBefore(db: Db, at: number): number[] {
  return db
    .sql<{ number: number }>('SELECT number FROM batches WHERE completed_at < ?')
    .all(at)
    .map((row) => row.number)
}

/** Finished batches nobody has seen. */
export function countUnseen(db: Db): number {
  return (
    db
      .sql<{ n: number }>(
        'SELECT count(*) AS n FROM batches WHERE completed_at IS NOT NULL AND seen_at IS NULL AND cleared_at IS NULL',
      )
      .get()?.n ?? 0
  )
}

/** Whether any batch of this type is active. */
export function hasActive(db: Db, configurationId: number, type: string): boolean {
  return (
    db
      .sql(`SELECT 1 FROM batches b WHERE b.configuration_id = ? AND b.batch_type = ? AND ${active} LIMIT 1`)
      .get(configurationId, type) !== undefined
  )
}

/** Active batches with the same identity, or whose range overlaps; a batch can be left out of the answer. */
export function conflictingBatches(
  db: Db,
  identity: { configurationId: number; type: string; range: { start: number; end: number } | null },
  except: string | null = null,
): Batch[] {
  const { configurationId, type, range } = identity
  const kin = `${entity} WHERE b.configuration_id = ?1 AND b.batch_type = ?2 AND ${active} AND b.id IS NOT ?3`
  if (range === null)
    return db
      .sql<BatchEntityRow>(`${kin} AND b.range_start IS NULL ${inOrder}`)
      .all(configurationId, type, except)
      .map(toBatch)
  return db
    .sql<BatchEntityRow>(
      // What overlaps begins at most as far before as the longest range is long: not all that begin before are read.
      `${kin} AND b.range_start BETWEEN ?4 - (
         SELECT range_end - range_start FROM batches b
         WHERE b.configuration_id = ?1 AND b.batch_type = ?2 AND ${active} AND b.range_start IS NOT NULL
         ORDER BY range_end - range_start DESC LIMIT 1) AND ?5
       AND b.range_end >= ?4 ${inOrder}`,
    )
    .all(configurationId, type, except, range.start, range.end)
    .map(toBatch)
}

/** The latest batches of a type that have ended and ran, of those whose range overlaps; without one of those that have none. */
export function earlierBatches(
  db: Db,
  identity: { configurationId: number; type: string; range: { start: number; end: number } | null },
  limit: number,
): Batch[] {
  const { configurationId, type, range } = identity
  return db
    .sql<BatchEntityRow>(
      `${entity} WHERE b.configuration_id = ?1 AND b.batch_type = ?2
         AND b.completed_at IS NOT NULL AND b.started_at IS NOT NULL
         AND (?3 IS NULL AND b.range_start IS NULL OR b.range_start <= ?4 AND b.range_end >= ?3)
       ORDER BY b.number DESC LIMIT ?5`,
    )
    .all(configurationId, type, range?.start ?? null, range?.end ?? null, limit)
    .map(toBatch)
}

/** Ranges of the ended batches of a type, latest first. */
export function endedRanges(
  db: Db,
  configurationId: number,
  type: string,
): { id: string; start: number; end: number }[] {
  return db
    .sql<{ id: string; start: number; end: number }>(
      `SELECT id, range_start AS start, range_end AS end FROM batches
       WHERE configuration_id = ? AND batch_type = ? AND completed_at IS NOT NULL AND range_start IS NOT NULL
       ORDER BY number DESC`,
    )
    .all(configurationId, type)
}

/** Batches that are being filled, or whose fill was abandoned: whether their host still lives is not checked here. */
export function unsealedBatches(db: Db): BatchRow[] {
  return db
    .sql<BatchRow>(
      "SELECT * FROM batches WHERE sealed = 0 AND status = 'initiated' AND NOT (expands = 'when-claimed' AND host_id IS NULL)",
    )
    .all()
}

/** Numbers of batches that are past their fill and yet not sealed: created by hand, with SQL. */
export function unsealedInQueue(db: Db): number[] {
  return db
    .sql<{ number: number }>(
      "SELECT number FROM batches WHERE sealed = 0 AND status <> 'initiated' AND expands = 'when-added'",
    )
    .all()
    .map((row) => row.number)
}

/**
 * Running batches that are done: sealed, no job pending or running, and the last one ended before `before`.
 * An empty batch counts from its start. There is at most one, but the database decides that, not this query.
 */
export function doneButOpen(db: Db, before: number): BatchRow[] {
  return db
    .sql<BatchRow>(
      `SELECT * FROM batches WHERE status = 'running' AND sealed = 1 AND jobs_pending = 0 AND jobs_running = 0
       AND coalesce(last_job_finished_at, started_at, created_at) < ?`,
    )
    .all(before)
}

/** What a batch waits for, or waited for: types, and the batch of that type (id '' while there is none). */
export function predecessors(db: Db, batchId: string): { type: string; id: string }[] {
  return db
    .sql<{ type: string; id: string }>(
      'SELECT after_type AS type, predecessor_id AS id FROM batch_after WHERE batch_id = ? ORDER BY after_type',
    )
    .all(batchId)
}
