/**
 * Owns the configuration of batches whose inputs are looked up when it is their turn: its text as it was when they were
 * added. It is there until all their jobs are; a final batch that still has it was never filled completely.
 */
import type { SkipDone } from '../../contract/references.ts'
import type { Db } from '../db/db.ts'
import type { Context } from './context.ts'
import { recordEvent } from './event-store.ts'
import type { BatchRow } from './rows.ts'
import { readStored, type Stored, textsSchema } from './stored.ts'

export type BatchSource = {
  /** Text of the configuration file. */
  text: string
  /** Variables that were given when it was added. */
  variables: Record<string, string>
  /** What is left out because it was done before. */
  skipDone: SkipDone | null
}

/**
 * An unsealed batch is complete without its jobs: it can be queued, and nobody fills it until it is its turn. Undefined:
 * it was sealed or removed meanwhile. The caller holds the transaction.
 */
export function deferBatch(
  db: Db,
  context: Context,
  batchId: string,
  source: BatchSource,
): BatchRow | undefined {
  const row = db
    .sql<BatchRow>(
      `UPDATE batches SET host_id = NULL WHERE id = ? AND sealed = 0 AND expands = 'when-claimed' RETURNING *`,
    )
    .get(batchId)
  if (row === undefined) return undefined
  db.sql('INSERT INTO batch_sources (batch_id, text, variables, skip_done) VALUES (?, ?, ?, ?)').run(
    batchId,
    source.text,
    JSON.stringify(source.variables),
    source.skipDone,
  )
  recordEvent(db, context, { kind: 'batch_deferred', batchId })
  return row
}

/** The source of a batch, or what is wrong with it; undefined once its jobs are all there. */
export function findSource(db: Db, batchId: string): Stored<BatchSource> | undefined {
  const row = db
    .sql<{ text: string; variables: string; skip_done: BatchSource['skipDone'] }>(
      'SELECT text, variables, skip_done FROM batch_sources WHERE batch_id = ?',
    )
    .get(batchId)
  if (row === undefined) return undefined
  const variables = readStored(textsSchema, row.variables)
  return variables.ok
    ? { ok: true, value: { text: row.text, variables: variables.value, skipDone: row.skip_done } }
    : variables
}

/** Whether a batch still lacks jobs that its inputs would make. */
export function lacksInputs(db: Db, batchId: string): boolean {
  return db.sql('SELECT 1 FROM batch_sources WHERE batch_id = ?').get(batchId) !== undefined
}

/** Whether the configuration of a batch that still lacks jobs names this file. */
export function isYetToBeRead(db: Db, fileName: string): boolean {
  const found = db.sql(
    `SELECT 1 FROM batch_sources s JOIN batches b ON b.id = s.batch_id
     WHERE b.completed_at IS NULL AND instr(s.text, ?) > 0`,
  )
  return found.get(fileName) !== undefined
}

/** All jobs are there: drops the source. The script that they read may have been made since the batch was added. */
export function dropSource(db: Db, batchId: string, reads: readonly string[]): void {
  db.sql(
    "UPDATE batches SET options = json_set(options, '$.reads', json(?)) WHERE id = ? AND json_valid(options)",
  ).run(JSON.stringify(reads), batchId)
  db.sql('DELETE FROM batch_sources WHERE batch_id = ?').run(batchId)
}

export type ExpandableRow = Pick<
  BatchRow,
  'id' | 'number' | 'batch_type' | 'range_start' | 'range_end' | 'options' | 'configuration_id'
> & { spec_path: string; project_path: string; search_path: string | null }

/** The batch if its inputs are still to be looked up by this host, which has to be the executor. */
export function expandableBatch(db: Db, hostId: string, id: string): ExpandableRow | undefined {
  return db
    .sql<ExpandableRow>(
      `SELECT b.id, b.number, b.batch_type, b.range_start, b.range_end, b.options, b.configuration_id,
              c.spec_path, c.project_path, CASE WHEN json_valid(b.options) THEN b.options ->> '$.searchPath' END AS search_path
       FROM batches b JOIN configurations c ON c.id = b.configuration_id
       WHERE b.id = ? AND b.status = 'queued' AND b.sealed = 0 AND b.expands = 'when-claimed'
         AND EXISTS (SELECT 1 FROM hosts WHERE id = ? AND executor = 1)`,
    )
    .get(id, hostId)
}

/** The last job of an interrupted expansion; 0 if there is none. */
export function lastOrdinal(db: Db, batchId: string): number {
  return (
    db.sql<{ last: number | null }>('SELECT max(ordinal) AS last FROM jobs WHERE batch_id = ?').get(batchId)
      ?.last ?? 0
  )
}

/** Command hashes of the jobs from one ordinal to another. */
export function jobsBetween(db: Db, batchId: string, from: number, to: number): Map<number, string> {
  const rows = db
    .sql<{ ordinal: number; command_hash: string }>(
      'SELECT ordinal, command_hash FROM jobs WHERE batch_id = ? AND ordinal BETWEEN ? AND ?',
    )
    .all(batchId, from, to)
  return new Map(rows.map(({ ordinal, command_hash }) => [ordinal, command_hash]))
}
