/** Owns the doctor's questions to what rows hold. Reads only, but for what takes away or counts up what can't be right. */
import type { Db } from '../db/db.ts'

/** So many pending jobs are looked at: the doctor is asked in passing. */
const lookAtJobs = 200_000

/** The options of the batches that may still run. */
export function activeOptions(db: Db): IterableIterator<{ number: number; status: string; options: string }> {
  return db
    .sql<{ number: number; status: string; options: string }>(
      `SELECT number, status, options FROM batches WHERE status IN ('initiated', 'queued', 'running', 'paused') ORDER BY number`,
    )
    .iterate()
}

/** The commands of jobs that may still run. */
export function pendingCommands(
  db: Db,
): IterableIterator<{ number: number; ordinal: number; command: string }> {
  return db
    .sql<{ number: number; ordinal: number; command: string }>(
      `SELECT b.number, j.ordinal, j.command FROM batches b JOIN jobs j ON j.batch_id = b.id
       WHERE b.status IN ('initiated', 'queued', 'running', 'paused') AND j.status = 'pending' LIMIT ?`,
    )
    .iterate(lookAtJobs)
}

export type LostCount = { number: number; id: number; missing: number }

/** Jobs that count fewer attempts than have a verdict. */
export function lostCounts(db: Db): LostCount[] {
  return db
    .sql<LostCount>(
      `SELECT b.number, j.id, a.latest - j.attempts AS missing
       FROM (SELECT job_id, max(number) AS latest FROM attempts GROUP BY job_id) a
       JOIN jobs j ON j.id = a.job_id JOIN batches b ON b.id = j.batch_id
       WHERE j.attempts < a.latest ORDER BY b.number, j.id LIMIT 10000`,
    )
    .all()
}

/** Counts their attempts up, one by one, as the schema allows it. */
export function countUp(db: Db, lost: readonly LostCount[]): void {
  const up = db.sql('UPDATE jobs SET attempts = attempts + 1 WHERE id = ?')
  for (const { id, missing } of lost) for (let n = 0; n < missing; n += 1) up.run(id)
}

const unreadable = `summary IS NOT NULL AND CASE WHEN json_valid(summary)
  THEN json_type(summary, '$.number') IS NOT 'integer' OR json_type(summary, '$.outputs') IS NOT 'object' ELSE 1 END`

/** Numbers of the batches that have a summary which can't be read. */
export function unreadableSummaries(db: Db): number[] {
  return db
    .sql<{ number: number }>(
      `SELECT DISTINCT b.number FROM run_summaries s JOIN batches b ON b.id = s.batch_id WHERE ${unreadable} ORDER BY b.number`,
    )
    .all()
    .map((row) => row.number)
}

/** Takes them away. */
export function dropUnreadableSummaries(db: Db): void {
  db.sql(`DELETE FROM run_summaries WHERE ${unreadable}`).run()
}

/** How many events have details that are no JSON. */
export function unreadableEvents(db: Db): number {
  return db.sql<{ n: number }>('SELECT count(*) AS n FROM events WHERE NOT json_valid(details)').get()?.n ?? 0
}
