/** The database that the attacks meet: eight batches in the states that a real one has, in memory. */
import { bareDatabase, batchIn, batchWithJobs, copyOf, insert, put, type Sql } from '../../helpers/sql.ts'

/** #1 running with a job in each status, #2 and #3 queued, #4 paused 0-9, #5 on hold, #6 unsealed, #7 cancelled. */
export function scene(): Sql {
  prepared ??= prepare().serialize()
  return copyOf(prepared)
}

let prepared: Buffer | undefined

function prepare(): Sql {
  const sql = bareDatabase()
  batchWithJobs(sql, 'running', 'b1', 5)
  sql.exec(`UPDATE jobs SET status = 'running', claim_token = 'token', attempts = 1 WHERE ordinal <= 3;
            UPDATE jobs SET status = 'succeeded', completed_at = 5 WHERE ordinal = 1;
            UPDATE jobs SET status = 'failed', completed_at = 6 WHERE ordinal = 2;
            UPDATE jobs SET status = 'cancelled', completed_at = 7 WHERE ordinal = 4;
            INSERT INTO attempts (job_id, number, outcome, started_at, ended_at, awake_ms)
              VALUES (1, 1, 'succeeded', 4, 5, 1), (2, 1, 'failed', 5, 6, 1)`)
  batchWithJobs(sql, 'queued', 'b2', 2, { batch_type: 'two' })
  batchWithJobs(sql, 'queued', 'b3', 2, { batch_type: 'three' })
  batchWithJobs(sql, 'paused', 'b4', 1, { batch_type: 'evolve', range_start: 0, range_end: 9 })
  batchWithJobs(sql, 'initiated', 'b5', 1, { batch_type: 'five' })
  insert(sql, 'batches', batchIn('initiated', 'b6', { batch_type: 'six', sealed: 0 }))
  insert(sql, 'jobs', { batch_id: 'b6', ordinal: 1 })
  put(sql, 'cancelled', 'b7', { duplicate_of: 'b1' })
  sql.exec(`UPDATE batches SET duplicate_of = NULL WHERE id = 'b7'`)
  put(sql, 'paused', 'b8', { batch_type: 'evolve', range_start: 20, range_end: 29 })
  sql.exec(
    `INSERT INTO events (at, kind, actor) VALUES (1, 'batch_created', 'ana'), (2, 'batch_sealed', 'ana')`,
  )
  return sql
}
