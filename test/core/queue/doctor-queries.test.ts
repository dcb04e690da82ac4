/** What the doctor finds in tables whose guards somebody took away, question by question. */
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { openDatabase } from '../../../src/core/db/open.ts'
import {
  backupFolders,
  checkpoint,
  clashes,
  databaseHeader,
  driftedCounters,
  integrityProblems,
  isUnfinishedCopy,
  queuePositions,
  runningAttempts,
  runningBatches,
  strandedJobs,
  summaryGaps,
} from '../../../src/core/queue/doctor-queries.ts'
import { latestEnd, openLinks } from '../../../src/core/queue/estimate-queries.ts'
import { renumber } from '../../../src/core/queue/order.ts'
import { queuedIds } from '../../../src/core/queue/queries.ts'
import { saveSummary } from '../../../src/core/queue/summary-store.ts'
import { addBatch, claim, end, noon, note, startJob, temporaryDatabase } from '../../helpers/database.ts'

const unguarded = (db: Db) =>
  db.exec(
    `DROP INDEX no_active_duplicate; DROP TRIGGER no_active_duplicate_i; DROP TRIGGER no_active_duplicate_u;
     DROP TRIGGER no_overlapping_range_i; DROP TRIGGER no_overlapping_range_u;`,
  )

describe('the file', () => {
  test('is sound, and reports what it is', () => {
    const db = temporaryDatabase()
    expect(integrityProblems(db, true)).toEqual([])
    expect(integrityProblems(db, false)).toEqual([])
    const { application, schema, sqlite } = databaseHeader(db)
    expect(application).toBeGreaterThan(0)
    expect(schema).toBeGreaterThan(0)
    expect(sqlite).toMatch(/^3\.\d+\.\d+$/)
  })

  test('with an index that lost a row is found by the long check, and not by the quick one', () => {
    const db = temporaryDatabase()
    addBatch(db)
    // The index is swapped for an empty one behind SQLite's back.
    const raw = new Database(db.path)
    raw.unsafeMode()
    raw.exec(
      `CREATE TABLE empty (a); CREATE INDEX empty_i ON empty (a);
       PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'empty_i')
       WHERE name = 'batches_of_type';
       DELETE FROM sqlite_schema WHERE name = 'empty_i';
       PRAGMA user_version = 1`, // so that other connections read the schema again
    )
    raw.close()
    expect(integrityProblems(db, false).join()).toContain('batches_of_type')
    expect(integrityProblems(db, true).join()).not.toContain('missing from index batches_of_type')
  })

  test('takes in its journal, unless somebody still reads from that', () => {
    const db = temporaryDatabase()
    db.exec('PRAGMA busy_timeout = 20')
    addBatch(db)
    expect(checkpoint(db)).toBe(true)
    const other = openDatabase(db.path.replace(/\/[^/]*$/, ''))
    if (!other.ok) throw new Error(other.error.message)
    other.value.read(() => {
      expect(queuedIds(other.value)).toHaveLength(1)
      addBatch(db, { type: 'while it is read' })
      expect(checkpoint(db)).toBe(false)
    })
    other.value.close()
    expect(checkpoint(db)).toBe(true)
  })

  test.each([
    ['slipway.db.slipway-copy-0a1f.partial', true],
    ['slipway.db.slipway-copy-0a1f.partial-wal', true],
    ['slipway.db.before-v12.partial-4711', true],
    ['slipway.db.before-v12', false],
    ['slipway.db.before-v12.partial-4711.txt', false],
    ['slipway.db.before-v12.partial-', false],
    ['slipway.db.before-v.partial-1', false],
    ['slipway.db.before-v1x.partial-1', false],
    ['slipway.db', false],
  ])('%s is what a killed copy left: %s', (name, so) => {
    expect(isUnfinishedCopy(name)).toBe(so)
  })
})

describe('batches that could not be together', () => {
  test('are none in a database with its guards', () => {
    const db = temporaryDatabase()
    addBatch(db, { type: 'evolve', range: { start: 0, end: 9 } })
    addBatch(db, { type: 'evolve', range: { start: 10, end: 19 } })
    expect(clashes(db)).toEqual([])
  })

  test('are named with their numbers in order, the same ones together and the overlapping ones in pairs', () => {
    const db = temporaryDatabase()
    unguarded(db)
    for (let n = 1; n <= 12; n += 1) addBatch(db, { type: n < 9 && n !== 2 ? `type-${n}` : 'same', jobs: 0 })
    addBatch(db, { type: 'evolve', range: { start: 0, end: 9 } })
    addBatch(db, { type: 'evolve', range: { start: 9, end: 12 } })
    expect(clashes(db)).toEqual([
      { kind: 'identity', name: 'flood-2026 / same', numbers: [2, 9, 10, 11, 12] },
      { kind: 'overlap', name: 'flood-2026 / evolve', numbers: [13, 14] },
    ])
  })
})

describe('the queue', () => {
  test('is renumbered in the order it has, whatever its numbers were', () => {
    const db = temporaryDatabase()
    const ids = ['one', 'two', 'three', 'four'].map((type) => addBatch(db, { type }).id)
    renumber(db)
    expect(queuePositions(db)).toEqual([1, 2, 3, 4])
    db.exec('DROP TRIGGER position_is_free_u; DROP INDEX one_batch_per_position')
    db.exec('UPDATE batches SET position = CASE number WHEN 1 THEN 2 WHEN 2 THEN 2 WHEN 3 THEN 3 ELSE 40 END')
    expect(queuePositions(db)).toEqual([2, 2, 3, 40])
    renumber(db)
    expect(queuePositions(db)).toEqual([1, 2, 3, 4])
    expect(queuedIds(db)).toEqual(ids)
  })

  test('is renumbered under the guard that no two share a position', () => {
    const db = temporaryDatabase()
    const ids = ['one', 'two', 'three'].map((type) => addBatch(db, { type }).id)
    db.write(() => db.exec('UPDATE batches SET position = position + 6 WHERE number = 1'))
    db.write(() => renumber(db))
    expect(queuePositions(db)).toEqual([1, 2, 3])
    expect(queuedIds(db)).toEqual([...ids.slice(1), ids[0]])
  })
})

describe('what runs', () => {
  test('is one batch with its attempts, known by their names', () => {
    const db = temporaryDatabase()
    expect([runningBatches(db), runningAttempts(db)]).toEqual([[], new Set()])
    addBatch(db)
    const batch = claim(db, noon)
    const job = startJob(db, batch, noon)
    expect(runningBatches(db)).toEqual([{ id: batch.id, number: 1, host_id: 'host-1' }])
    expect(runningAttempts(db)).toEqual(new Set([`${job.id}.1`]))
    expect(strandedJobs(db)).toEqual([])
    expect(driftedCounters(db)).toEqual([])
  })
})

describe('what ended', () => {
  test('should have its summary, and is named if it has none', () => {
    const db = temporaryDatabase()
    expect(summaryGaps(db, noon)).toEqual({ missing: [], failed: 0 })
    expect(latestEnd(db)).toBe(0)
    for (const type of ['one', 'two']) {
      addBatch(db, { type, jobs: 0 })
      end(db, claim(db, noon), noon + 5)
    }
    expect(latestEnd(db)).toBe(noon + 5)
    expect(summaryGaps(db, noon + 5)).toEqual({ missing: [], failed: 0 })
    expect(summaryGaps(db, noon + 6)).toEqual({ missing: [1, 2], failed: 0 })
    const { id, run } = db
      .sql<{ id: string; run: number }>('SELECT id, run FROM batches WHERE number = 1')
      .get() ?? { id: '', run: 0 }
    db.write(() => saveSummary(db, id, run, { error: 'the disk was full' }, noon + 7))
    expect(summaryGaps(db, noon + 6)).toEqual({ missing: [2], failed: 1 })
  })

  test('lets those go that waited for it', () => {
    const db = temporaryDatabase()
    const first = addBatch(db, { type: 'edm', jobs: 0 })
    const waiting = addBatch(db, { type: 'report', after: ['edm', 'never'] })
    const links = () =>
      openLinks(db, 10)
        .map((link) => link.predecessor_id)
        .sort()
    expect(openLinks(db, 10).every((link) => link.batch_id === waiting.id)).toBe(true)
    expect(links()).toEqual(['', first.id])
    end(db, claim(db, noon), noon + 5)
    expect(links()).toEqual([''])
  })

  test('leaves its backups where they were written, each folder once', () => {
    const db = temporaryDatabase()
    expect(backupFolders(db)).toEqual([])
    for (const file of ['/a/1.db', '/b/2.db', '/a/1.db']) note(db, noon, 'database_backed_up', { file })
    expect(backupFolders(db).sort()).toEqual(['/a/1.db', '/b/2.db'])
  })
})
