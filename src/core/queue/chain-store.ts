/**
 * Owns chains: batches that continue each other, and what they have done. A command is done when it succeeded in
 * any of them, or was left out because it had, unless somebody has had it run again since.
 */
import type { Db } from '../db/db.ts'
import type { BatchRow } from './rows.ts'

/** The batch continues these others; called again it adds to them. */
export function linkChain(db: Db, batchId: string, continued: readonly string[]): void {
  const link = db.sql('INSERT OR IGNORE INTO batch_continues (batch_id, continues_id) VALUES (?, ?)')
  for (const id of continued) if (id !== batchId) link.run(batchId, id)
}

/** What earlier batches of its configuration and type had done was left out of this one; what it holds is to run. */
export function markSkipsDone(db: Db, batchId: string): void {
  db.sql('UPDATE batches SET skips_done = 1, rerun_since = created_at WHERE id = ?').run(batchId)
}

type Range = { start: number; end: number } | null

// Only through batches that have a part of the range: what a batch has of it is linked to the one that had it before.
const touches = '(?2 IS NULL OR b.range_start IS NULL OR (b.range_start <= ?3 AND b.range_end >= ?2))'
const chain = `WITH RECURSIVE chain (id) AS (
    SELECT value FROM json_each(?1)
    UNION SELECT l.continues_id FROM chain JOIN batch_continues l ON l.batch_id = chain.id
      JOIN batches b ON b.id = l.continues_id WHERE ${touches}
    UNION SELECT l.batch_id FROM chain JOIN batch_continues l ON l.continues_id = chain.id
      JOIN batches b ON b.id = l.batch_id WHERE ${touches})`

/** Its jobs are to run, whatever other batches of its chain have done until now. */
export function rerunSince(db: Db, batchId: string, at: number): void {
  db.sql('UPDATE batches SET rerun_since = ? WHERE id = ?').run(at, batchId)
}

type Word = { hash: string; number: number; at: number }

/**
 * Commands that the chains of these batches have done (in a range), as hashes, each with the number of the batch. Of
 * the one that is being `filled` nothing has been left out yet.
 */
export function doneInChain(
  db: Db,
  batchIds: readonly string[],
  range: Range = null,
  filled: string | null = null,
): Map<string, number> {
  if (batchIds.length === 0) return new Map()
  const from = [JSON.stringify(batchIds), range?.start ?? null, range?.end ?? null] as const
  const reruns = new Map<string, number>()
  const rerun = db.sql<{ hash: string; since: number }>(
    `${chain} SELECT j.command_hash AS hash, max(b.rerun_since) AS since
     FROM chain JOIN batches b ON b.id = chain.id AND b.rerun_since IS NOT NULL JOIN jobs j ON j.batch_id = b.id
     GROUP BY j.command_hash`,
  )
  for (const { hash, since } of rerun.iterate(...from)) reruns.set(hash, since)
  const done = new Map<string, number>()
  for (const word of doneWords(db, from, filled)) {
    const since = reruns.get(word.hash)
    if (since === undefined || word.at >= since) done.set(word.hash, word.number)
  }
  return done
}

function* doneWords(
  db: Db,
  from: readonly [string, number | null, number | null],
  filled: string | null,
): Generator<Word> {
  // What was left out of batches that were added without what earlier ones had done.
  const skipping = db.sql<
    Pick<BatchRow, 'configuration_id' | 'batch_type' | 'number' | 'range_start' | 'range_end'>
  >(
    `${chain} SELECT b.configuration_id, b.batch_type, b.number, b.range_start, b.range_end
     FROM chain JOIN batches b ON b.id = chain.id WHERE b.skips_done = 1 AND b.id IS NOT ?4`,
  )
  for (const { configuration_id, batch_type, number, range_start, range_end } of skipping.all(
    ...from,
    filled,
  ))
    yield* db
      .sql<Word>(
        `SELECT j.command_hash AS hash, b.number, max(j.completed_at) AS at
         FROM batches b JOIN jobs j ON j.batch_id = b.id
         WHERE b.configuration_id = ?1 AND b.batch_type = ?2 AND b.number < ?3 AND j.status = 'succeeded'
           AND (?4 IS NULL OR CAST(j.input AS INTEGER) BETWEEN ?4 AND ?5)
         GROUP BY j.command_hash`,
      )
      .iterate(configuration_id, batch_type, number, range_start, range_end)
  // A batch's own success counts even after a request to run again: it came later, or the job was not reopened.
  yield* db
    .sql<Word>(
      `${chain} SELECT j.command_hash AS hash, coalesce(j.done_by, b.number) AS number,
                       max(max(j.completed_at, coalesce(b.rerun_since, 0))) AS at
       FROM chain JOIN batches b ON b.id = chain.id JOIN jobs j ON j.batch_id = b.id
       WHERE j.status = 'succeeded' OR (j.status = 'cancelled' AND j.done_by IS NOT NULL)
       GROUP BY j.command_hash`,
    )
    .iterate(...from)
}
