import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { wrap } from '../../../src/core/db/db.ts'
import { temporaryFolder } from '../../helpers/database.ts'

/** A connection that reports when it has to wait; the other one holds the database until then. */
function aPatientOne(holds: string, letsGo: string) {
  const file = path.join(temporaryFolder(), 'slipway.db')
  const other = new Database(file)
  other.pragma('journal_mode = WAL')
  other.exec('CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)')
  const raw = new Database(file, { timeout: 10 })
  onTestFinished(() => {
    raw.close()
    other.close()
  })
  let reports = 0
  const onWaiting = () => {
    reports += 1
    other.exec(letsGo)
  }
  const db = wrap(raw, { firstMs: 10, restMs: 30_000, onWaiting })
  other.exec(holds)
  return { db, raw, reports: () => reports }
}

test('a write that another program holds up reports it once, waits on, and is done once', () => {
  const { db, raw, reports } = aPatientOne('BEGIN IMMEDIATE', 'COMMIT')
  let calls = 0
  db.write(() => {
    calls += 1
    db.sql('INSERT INTO t VALUES (2)').run()
  })
  expect({ reports: reports(), calls }).toEqual({ reports: 1, calls: 1 })
  expect(db.sql<{ n: number }>('SELECT n FROM t').all()).toHaveLength(2)
  expect(raw.pragma('busy_timeout', { simple: true })).toBe(10)
})

test('a read that another program holds up reports it too', () => {
  const { db, reports } = aPatientOne(
    'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; INSERT INTO t VALUES (2)',
    'COMMIT; PRAGMA locking_mode = NORMAL; SELECT * FROM t',
  )
  expect(db.read(() => db.sql('SELECT n FROM t').all())).toHaveLength(2)
  expect(reports()).toBe(1)
})

test('what holds nobody up is not spoken of', () => {
  const { db, reports } = aPatientOne('BEGIN IMMEDIATE', 'COMMIT')
  expect(db.sql('SELECT n FROM t').all()).toHaveLength(1)
  expect(reports()).toBe(0)
})
