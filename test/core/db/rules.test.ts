/**
 * The eight rules against plain SQL: statements that would break one are refused and leave everything as it
 * was; the legal neighbour of each passes. The same statements go through the sqlite3 shell in shell.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { driftedBatches, everything, put } from '../../helpers/sql.ts'
import { attacks, inTwo, legalNeighbours } from './attacks.ts'
import { scene } from './scene.ts'

describe.each(Object.entries(attacks))('%s', (_rule, statements) => {
  test.each(statements)('$why', (attack) => {
    const sql = scene()
    const { preparation, statement } = inTwo(attack)
    sql.exec(preparation)
    const before = everything(sql)
    expect(() => sql.exec(statement)).toThrow(attack.refusal)
    expect(everything(sql) === before, 'nothing changed').toBe(true)
  })

  test('the same holds when the shell switches foreign keys, recursive triggers and CHECKs', () => {
    for (const pragma of [
      'recursive_triggers = ON; PRAGMA foreign_keys = OFF',
      'foreign_keys = ON',
      'ignore_check_constraints = ON',
    ]) {
      for (const attack of statements) {
        const sql = scene()
        const { preparation, statement } = inTwo(attack)
        sql.exec(`PRAGMA ${pragma}; ${preparation}`)
        const before = everything(sql)
        expect(() => sql.exec(statement), statement).toThrow(attack.refusal)
        expect(everything(sql) === before, 'nothing changed').toBe(true)
      }
    }
  })
})

describe.each(Object.entries(legalNeighbours))('%s allows', (_rule, statements) => {
  test.each(statements)('$why', ({ sql: statement, shows }) => {
    const sql = scene()
    sql.exec(statement)
    expect(sql.prepare(shows).pluck().get()).toBe(1)
    expect(driftedBatches(sql)).toEqual([])
  })
})

describe('what no statement can do', () => {
  const verbs = ['', 'OR ABORT', 'OR FAIL', 'OR IGNORE', 'OR REPLACE', 'OR ROLLBACK']

  test.each(verbs)('UPDATE %s of all jobs at once: counters follow, whatever comes of it', (verb) => {
    for (const [status, time] of [
      ['pending', 'NULL'],
      ['running', 'NULL'],
      ['succeeded', '9'],
      ['failed', '9'],
      ['cancelled', '9'],
    ]) {
      const sql = scene()
      try {
        sql.exec(`UPDATE ${verb} jobs SET status = '${status}', completed_at = ${time}`)
      } catch {
        // Refused is fine; what must not be is a half-counted change.
      }
      if (sql.inTransaction) sql.exec('ROLLBACK')
      expect(driftedBatches(sql)).toEqual([])
      expect(
        sql
          .prepare(`SELECT count(*) FROM jobs WHERE status IS NOT coalesce(counted, 'pending')`)
          .pluck()
          .get(),
      ).toBe(0)
    }
  })

  test.each(verbs)('UPDATE %s of all batches at once: still one at position 0, places apart', (verb) => {
    for (const set of [
      `status = 'running', position = 0`,
      `status = 'queued', position = 1`,
      'position = position - 1',
      'position = 0',
      `batch_type = 'same', range_start = NULL, range_end = NULL`,
      'range_start = 5, range_end = 6, batch_type = 1',
      `id = 'b1'`,
      'number = 1',
      'rowid = 1',
      'sealed = NULL',
      'status = NULL',
      'duplicate_of = id',
    ]) {
      const sql = scene()
      try {
        sql.exec(`UPDATE ${verb} batches SET ${set}`)
      } catch {
        // Refused is fine; what must not be is a row lost or a rule broken.
      }
      if (sql.inTransaction) sql.exec('ROLLBACK')
      expect(sql.prepare('SELECT count(*) FROM batches').pluck().get(), set).toBe(8)
      expect(sql.prepare('SELECT count(*) FROM batches WHERE sealed').pluck().get(), set).toBe(7)
      expect(
        sql
          .prepare(`SELECT count(*) FROM batches WHERE (status = 'running') <> (position IS 0)`)
          .pluck()
          .get(),
      ).toBe(0)
      expect(
        sql.prepare('SELECT count(position) - count(DISTINCT position) FROM batches').pluck().get(),
      ).toBe(0)
      expect(sql.prepare(overlaps).pluck().get(), set).toBe(0)
      expect(driftedBatches(sql)).toEqual([])
    }
  })
})

const overlaps = `SELECT count(*) FROM batches a JOIN batches b ON a.number < b.number
  WHERE a.completed_at IS NULL AND b.completed_at IS NULL AND a.batch_type = b.batch_type
    AND a.configuration_id = b.configuration_id
    AND (a.range_start IS b.range_start OR (a.range_start <= b.range_end AND a.range_end >= b.range_start))`

test('two claims never share a token, and a raw claim gets a fresh one', () => {
  const sql = scene()
  const token = () => sql.prepare(`SELECT claim_token FROM batches WHERE id = 'b1'`).pluck().get()
  const first = token()
  sql.exec(`UPDATE batches SET status = 'paused', position = NULL WHERE id = 'b1';
            UPDATE batches SET status = 'queued', position = 9 WHERE id = 'b1';
            UPDATE batches SET status = 'running', position = 0 WHERE id = 'b1'`)
  expect(token()).toMatch(/^[0-9a-f]{32}$/)
  expect(token()).not.toBe(first)
  // The host of the first claim wakes up and writes what it knows.
  expect(() => sql.exec(`UPDATE jobs SET status = 'succeeded', completed_at = 9 WHERE id = 3`)).toThrow(
    'a claim that is no longer valid',
  )
  sql.exec(`UPDATE jobs SET status = 'succeeded', completed_at = 9,
            claim_token = (SELECT claim_token FROM batches WHERE id = 'b1') WHERE id = 3`)
  expect(driftedBatches(sql)).toEqual([])
})

test('a batch that ends takes its open jobs with it', () => {
  const sql = scene()
  sql.exec(`UPDATE batches SET status = 'cancelled', position = NULL, completed_at = 50 WHERE id = 'b1'`)
  expect(
    sql
      .prepare(`SELECT group_concat(status, ',' ORDER BY ordinal) FROM jobs WHERE batch_id = 'b1'`)
      .pluck()
      .get(),
  ).toBe('succeeded,failed,cancelled,cancelled,cancelled')
  expect(driftedBatches(sql)).toEqual([])
})

test('a deleted batch takes all its rows with it, and its number is not given again', () => {
  const sql = scene()
  sql.exec(`UPDATE batches SET status = 'cancelled', position = NULL, completed_at = 50 WHERE id = 'b1'`)
  sql.exec(`INSERT INTO batch_after VALUES ('b1', 'two', 'b2');
            INSERT INTO run_summaries VALUES ('b1', 1, 1, '{}', NULL);
            DELETE FROM batches WHERE id IN ('b1', 'b7', 'b6')`)
  for (const table of ['jobs', 'batch_after', 'run_summaries'])
    expect(
      sql.prepare(`SELECT count(*) FROM ${table} WHERE batch_id IN ('b1', 'b6', 'b7')`).pluck().get(),
    ).toBe(0)
  expect(sql.prepare('SELECT count(*) FROM attempts').pluck().get()).toBe(0)
  sql.exec(`DELETE FROM batches WHERE number = (SELECT max(number) FROM batches WHERE status = 'cancelled')`)
  put(sql, 'cancelled', 'b9')
  expect(sql.prepare(`SELECT number FROM batches WHERE id = 'b9'`).pluck().get()).toBe(9)
})
