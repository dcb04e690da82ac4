/**
 * Owns the table of summaries: one per run of a batch; earlier runs are kept.
 */
import { type Summary, summarySchema } from '../../contract/entities.ts'
import type { Db } from '../db/db.ts'
import { readStored } from './stored.ts'

export type StoredSummary = { run: number; createdAt: number; summary: Summary | null; error: string | null }

/** Keeps the summary of a run, or why it could not be made; a later try may replace an error. */
export function saveSummary(
  db: Db,
  batchId: string,
  run: number,
  made: { summary: Summary } | { error: string },
  at: number,
): void {
  db.sql(
    `INSERT INTO run_summaries (batch_id, run, created_at, summary, error) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (batch_id, run) DO UPDATE SET created_at = excluded.created_at, summary = excluded.summary, error = excluded.error
     WHERE run_summaries.summary IS NULL OR ?`,
  ).run(
    batchId,
    run,
    at,
    'summary' in made ? JSON.stringify(made.summary) : null,
    'error' in made ? made.error : null,
    readSummary(db, batchId, run)?.summary ? 0 : 1,
  )
}

/** The stored summary of a run; one that can't be read counts as none. */
export function readSummary(db: Db, batchId: string, run: number): StoredSummary | undefined {
  const row = db
    .sql<{ run: number; created_at: number; summary: string | null; error: string | null }>(
      'SELECT run, created_at, summary, error FROM run_summaries WHERE batch_id = ? AND run = ?',
    )
    .get(batchId, run)
  if (row === undefined) return undefined
  const { created_at: createdAt, error } = row
  if (row.summary === null) return { run, createdAt, summary: null, error }
  const read = readStored<Summary>(summarySchema, row.summary)
  return read.ok ? { run, createdAt, summary: read.value, error } : undefined
}

/** Final batches without a summary of their current run (their host died in between), by number, after a given one. */
export function batchesWithoutSummary(
  db: Db,
  behind: number,
  limit: number,
): { id: string; number: number; run: number }[] {
  return db
    .sql<{ id: string; number: number; run: number }>(
      `SELECT b.id, b.number, b.run FROM batches b WHERE b.number > ? AND b.completed_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM run_summaries s WHERE s.batch_id = b.id AND s.run = b.run)
       ORDER BY b.number LIMIT ?`,
    )
    .all(behind, limit)
}
