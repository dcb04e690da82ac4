import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { compareSchema, differenceWords, mendSchema } from '../../../src/core/db/schema-check.ts'
import { aScope } from '../commands/a-scope.ts'

/** A database in which somebody ran these statements in the sqlite3 shell. */
function brokenBy(...statements: string[]) {
  const { db } = aScope()
  const raw = new Database(db.path)
  raw.unsafeMode(true) // as the sqlite3 shell: the schema itself may be written
  for (const statement of statements) raw.exec(statement)
  raw.close()
  return db
}

const words = (db: ReturnType<typeof brokenBy>) => compareSchema(db).map(differenceWords)

describe('the schema check', () => {
  it('finds nothing in a new database', () => {
    expect(words(brokenBy())).toEqual([])
  })

  it.each([
    ['DROP INDEX no_active_duplicate', 'the index no_active_duplicate is missing'],
    ['DROP TRIGGER counters_follow_jobs', 'the trigger counters_follow_jobs is missing'],
    ['DROP VIEW batch_status_summary', 'the view batch_status_summary is missing'],
    ['DROP TABLE run_summaries', 'the table run_summaries is missing'],
    ['CREATE TABLE mine (a)', "the table mine is not Slipway's"],
    ['CREATE INDEX mine ON jobs (input)', "the index mine is not Slipway's"],
    ['ALTER TABLE jobs ADD COLUMN mine TEXT', "the column mine of jobs is not Slipway's"],
    ['ALTER TABLE hosts DROP COLUMN version', 'the column version of hosts is missing'],
    [
      "DROP TRIGGER batch_transitions_are_fixed_d; DELETE FROM batch_transitions WHERE to_status = 'paused' AND from_status = 'queued'",
      'the transition queued to paused of batch_transitions is missing',
    ],
    [
      `DROP INDEX one_running_batch; CREATE UNIQUE INDEX one_running_batch ON batches (status) WHERE status = 'queued'`,
      'the index one_running_batch is not as it should be',
    ],
    [
      `PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'CHECK (sealed IN (0, 1))', 'CHECK (1)') WHERE name = 'batches'`,
      'the table batches has other constraints than it should',
    ],
  ])('sees what "%s" did', (statement, sentence) => {
    expect(words(brokenBy(statement))).toContain(sentence)
  })

  it('does not mind comments and blanks, but strings', () => {
    const { db } = aScope()
    const sql = db.sql<{ sql: string }>("SELECT sql FROM sqlite_master WHERE name = 'one_running_batch'")
    const text = sql.get()?.sql ?? ''
    db.exec(`DROP INDEX one_running_batch; ${text.replace('WHERE', '-- why\n  WHERE\t/* x */')}`)
    expect(words(db)).toEqual([])
    db.exec(`DROP INDEX one_running_batch; ${text.replace("'running'", "'running '")}`)
    expect(words(db)).toEqual(['the index one_running_batch is not as it should be'])
  })

  it('puts back indexes, triggers and views, and leaves the rest', () => {
    const db = brokenBy(
      'DROP INDEX no_active_duplicate',
      'DROP TRIGGER counters_follow_jobs',
      'DROP VIEW batch_status_summary; CREATE VIEW batch_status_summary AS SELECT 1',
      'CREATE TABLE mine (a)',
    )
    mendSchema(db, compareSchema(db))
    expect(words(db)).toEqual(["the table mine is not Slipway's"])
  })
})
