/**
 * Owns what jobs read, as it was when they succeeded: files in a certain state (size, time, and a hash that may come
 * later), shared by all jobs that saw them in that state. Files that jobs made are kept here too, in another role.
 */
import type { Db } from '../db/db.ts'

/** A file as a stat shows it; the time is in ms with the fraction that the file system gives. */
export type FileState = { path: string; size: number; mtimeMs: number }

/** Keeps what a job read; the caller holds the transaction of its verdict. */
export function recordReads(db: Db, jobId: number, files: readonly FileState[]): void {
  db.sql("DELETE FROM job_files WHERE job_id = ? AND role = 'read'").run(jobId)
  for (const file of files)
    db.sql("INSERT OR IGNORE INTO job_files (job_id, role, file_id) VALUES (?, 'read', ?)").run(
      jobId,
      stateId(db, file),
    )
}

function stateId(db: Db, { path, size, mtimeMs }: FileState): number {
  const known = db
    .sql<{ id: number }>('SELECT id FROM file_states WHERE path = ? AND size = ? AND mtime_ms = ?')
    .get(path, size, mtimeMs)
  const row =
    known ??
    db
      .sql<{ id: number }>('INSERT INTO file_states (path, size, mtime_ms) VALUES (?, ?, ?) RETURNING id')
      .get(path, size, mtimeMs)
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  return row.id
}

/** What a job read, with the hash where it was taken. */
export function readsOfJob(db: Db, jobId: number): (FileState & { hash: string | null })[] {
  return db
    .sql<FileState & { hash: string | null }>(
      `SELECT f.path, f.size, f.mtime_ms AS mtimeMs, f.hash FROM job_files j JOIN file_states f ON f.id = j.file_id
       WHERE j.job_id = ? AND j.role = 'read'`,
    )
    .all(jobId)
}

export type DoneJob = { id: number; hash: string; batch: number; recorded: number }

/**
 * For each command that succeeded in a batch of this configuration and type the latest job that did. `recorded`: 0 for
 * one of an earlier version, which kept nothing of what it read.
 */
export function* doneJobs(db: Db, configurationId: number, type: string): Generator<DoneJob> {
  yield* db
    .sql<DoneJob>(
      `SELECT j.id, j.command_hash AS hash, max(b.number) AS batch,
              CASE WHEN json_valid(b.options) THEN json_type(b.options, '$.reads') IS NOT NULL ELSE 0 END AS recorded
       FROM batches b JOIN jobs j ON j.batch_id = b.id
       WHERE b.configuration_id = ? AND b.batch_type = ? AND j.status = 'succeeded' GROUP BY j.command_hash`,
    )
    .iterate(configurationId, type)
}

/** File states that have no hash yet, the latest first. */
export function statesWithoutHash(db: Db, limit: number): (FileState & { id: number })[] {
  return db
    .sql<FileState & { id: number }>(
      'SELECT id, path, size, mtime_ms AS mtimeMs FROM file_states WHERE hash IS NULL ORDER BY id DESC LIMIT ?',
    )
    .all(limit)
}

/** Keeps a hash; '' for a file that is no longer in that state, so that it is not tried again. */
export function saveHash(db: Db, id: number, hash: string): void {
  db.sql('UPDATE file_states SET hash = ? WHERE id = ?').run(hash, id)
}
