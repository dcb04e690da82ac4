/**
 * The schema as somebody with a SQL prompt meets it: a bare connection without any of the core's pragmas, with
 * one configuration, and short ways to put rows of any status into it.
 */
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { BatchStatus } from '../../src/contract/states.ts'
import { isActive, isFinal } from '../../src/contract/states.ts'
import { migrations } from '../../src/core/db/migrations/index.ts'

export type Sql = Database.Database

/** A database in memory with the released schema and two configurations (1 and 2). */
export function bareDatabase(): Sql {
  empty ??= makeEmpty()
  return copyOf(empty)
}

let empty: Buffer | undefined

/** A database in memory with the content of a serialized one; closed when the test ends. */
export function copyOf(content: Buffer): Sql {
  const sql = new Database(Buffer.from(content))
  onTestFinished(() => {
    sql.close()
  })
  return sql
}

function makeEmpty(): Buffer {
  const sql = new Database(':memory:')
  for (const migration of migrations) sql.exec(migration.sql)
  sql.exec(`INSERT INTO configurations (id, name, spec_path, project_path, created_at) VALUES
    (1, 'flood', '/work/flood.slipway.yaml', '/work', 1), (2, 'storm', '/work/storm.slipway.yaml', '/work', 1)`)
  const content = sql.serialize()
  sql.close()
  return content
}

export type Columns = Record<string, string | number | null>

/** Columns of a batch that fit each other in this status. */
export function batchIn(status: BatchStatus, id: string, more: Columns = {}): Columns {
  return {
    id,
    configuration_id: 1,
    batch_type: 'edm',
    status,
    sealed: 1,
    position: status === 'running' ? 0 : status === 'queued' ? Number(id.replace(/\D/g, '')) + 1 : null,
    created_at: 1,
    completed_at: isFinal(status) ? 2 : null,
    ...more,
  }
}

/** Inserts a row; names and values as given. */
export function insert(sql: Sql, table: string, columns: Columns, verb = 'INSERT'): void {
  const names = Object.keys(columns)
  sql
    .prepare(`${verb} INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
    .run(...Object.values(columns))
}

/** The legal edges from a batch's beginning to each status. */
const wayTo: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  initiated: [],
  queued: ['queued'],
  running: ['queued', 'running'],
  paused: ['queued', 'paused'],
  completed: ['queued', 'running', 'completed'],
  completed_with_errors: ['queued', 'running', 'completed_with_errors'],
  failed: ['queued', 'failed'],
  cancelled: ['cancelled'],
}

/** A batch without jobs, brought into the status by legal edges; `running` has the claim token 'token'. */
export function put(sql: Sql, status: BatchStatus, id: string, more: Columns = {}): void {
  insert(sql, 'batches', { ...batchIn('initiated', id), ...more })
  bring(sql, status, id)
}

function bring(sql: Sql, status: BatchStatus, id: string): void {
  for (const step of wayTo[status]) {
    const position =
      step === 'queued'
        ? '1 + (SELECT count(*) FROM batches WHERE position >= 1)'
        : step === 'running'
          ? '0'
          : 'NULL'
    const token = step === 'running' ? `, claim_token = 'token'` : ''
    sql
      .prepare(`UPDATE batches SET status = ?, position = ${position}, completed_at = ?${token} WHERE id = ?`)
      .run(step, isFinal(step) ? 2 : null, id)
  }
}

/** A batch with jobs, brought into an active status by legal edges; `running` has the claim token 'token'. */
export function batchWithJobs(
  sql: Sql,
  status: BatchStatus,
  id: string,
  jobs: number,
  more: Columns = {},
): void {
  insert(sql, 'batches', batchIn('initiated', id, { sealed: 0, ...more }))
  for (let ordinal = 1; ordinal <= jobs; ordinal += 1) insert(sql, 'jobs', { batch_id: id, ordinal })
  sql.prepare('UPDATE batches SET sealed = 1 WHERE id = ?').run(id)
  if (!isActive(status)) throw new Error('bring it to its end in the test')
  bring(sql, status, id)
}

/** Everything in the database that a refused statement could have changed, as text. */
export function everything(sql: Sql): string {
  const tables = sql
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
    .pluck()
    .all() as string[]
  return JSON.stringify(tables.map((table) => [table, sql.prepare(`SELECT * FROM ${table}`).all()]))
}

/** Batches whose counters disagree with their jobs; none, whatever was tried. */
export function driftedBatches(sql: Sql): unknown[] {
  return sql
    .prepare(
      `SELECT b.id FROM batches b LEFT JOIN (
         SELECT batch_id, count(*) AS total, sum(status = 'pending') AS pending, sum(status = 'running') AS running,
                sum(status = 'succeeded') AS succeeded, sum(status = 'failed') AS failed,
                sum(status = 'cancelled') AS cancelled
         FROM jobs GROUP BY batch_id) j ON j.batch_id = b.id
       WHERE b.jobs_total <> coalesce(j.total, 0) OR b.jobs_pending <> coalesce(j.pending, 0)
          OR b.jobs_running <> coalesce(j.running, 0) OR b.jobs_succeeded <> coalesce(j.succeeded, 0)
          OR b.jobs_failed <> coalesce(j.failed, 0) OR b.jobs_cancelled <> coalesce(j.cancelled, 0)`,
    )
    .all()
}
