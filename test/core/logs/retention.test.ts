import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeOld } from '../../../src/core/logs/retention.ts'
import { writeSetting } from '../../../src/core/queue/settings-store.ts'
import { dropSource } from '../../../src/core/queue/source-store.ts'
import {
  addBatch,
  claim,
  end,
  noon,
  runJobs,
  temporaryDatabase,
  temporaryFolder,
} from '../../helpers/database.ts'

const day = 86_400_000

/** Two batches, one that ended at noon and one that is queued, both with logs. */
function setUp(days: number) {
  const db = temporaryDatabase()
  const home = temporaryFolder()
  const old = addBatch(db, { type: 'old', jobs: 1 })
  const open = addBatch(db, { type: 'open', jobs: 1 })
  const running = claim(db, noon - 1_000)
  end(db, running, runJobs(db, running, noon - 500, [{ ms: 500 }]))
  const logOf = (number: number) => join(home, 'logs', String(number), '0', '1.1.log')
  for (const { number } of [old, open]) {
    mkdirSync(join(logOf(number), '..'), { recursive: true })
    writeFileSync(logOf(number), 'hello')
  }
  db.write(() => writeSetting(db, 'log-retention-days', days, noon))
  return { db, home, old, open, logOf }
}

test('logs of a batch go when it ended longer ago than the setting allows, and not before', () => {
  const { db, home, old, open, logOf } = setUp(7)
  expect(removeOld(db, home, noon + 7 * day)).toEqual([])
  expect(removeOld(db, home, noon + 7 * day + 1)).toEqual([old.number])
  expect(existsSync(logOf(old.number))).toBe(false)
  expect(existsSync(logOf(open.number))).toBe(true)
})

test('with 0 days everything stays forever', () => {
  const { db, home, old, logOf } = setUp(0)
  expect(removeOld(db, home, noon + 10_000 * day)).toEqual([])
  expect(existsSync(logOf(old.number))).toBe(true)
})

test('only folders that are named like a batch are checked, and links are not followed', () => {
  const { db, home } = setUp(1)
  const elsewhere = temporaryFolder()
  writeFileSync(join(elsewhere, 'mine.txt'), 'x')
  mkdirSync(join(home, 'logs', 'notes'))
  const third = addBatch(db, { type: 'third', jobs: 1 })
  symlinkSync(elsewhere, join(home, 'logs', String(third.number)))
  removeOld(db, home, noon + 100 * day)
  expect(existsSync(join(elsewhere, 'mine.txt'))).toBe(true)
  expect(existsSync(join(home, 'logs', 'notes'))).toBe(true)
})

test('there is nothing to forget where no job has written anything yet', () => {
  const { db } = setUp(1)
  expect(removeOld(db, temporaryFolder(), noon + 100 * day)).toEqual([])
})

test('every old batch is forgotten, whatever its number, and a file of that name is no folder of logs', () => {
  const { db, home, old } = setUp(1)
  const numbers = Array.from({ length: 10 }, (_, index) => {
    const batch = addBatch(db, { type: `more-${index}`, jobs: 0, priority: 9 })
    end(db, claim(db, noon), noon)
    mkdirSync(join(home, 'logs', String(batch.number)))
    return batch.number
  })
  rmSync(join(home, 'logs', String(old.number)), { recursive: true })
  writeFileSync(join(home, 'logs', String(old.number)), 'not ours')
  expect(removeOld(db, home, noon + 2 * day).sort((a, b) => a - b)).toEqual(numbers)
  expect(existsSync(join(home, 'logs', String(old.number)))).toBe(true)
})

test('a table from standard input goes once it is old and no batch has yet to read it', () => {
  const { db, home, open } = setUp(7)
  const names = ['0123456789abcdef.csv', 'fedcba9876543210.tsv', '00112233445566aa.csv']
  const [old, awaited, fresh] = names
  mkdirSync(join(home, 'inputs'))
  for (const name of [...names, 'mine.csv']) {
    writeFileSync(join(home, 'inputs', name), 'a,b\n1,2\n')
    const at = name === fresh ? noon : noon - 1_000
    utimesSync(join(home, 'inputs', name), at / 1_000, at / 1_000)
  }
  const text = JSON.stringify({ batches: [{ over: { table: join(home, 'inputs', awaited ?? '') } }] })
  db.write(() => db.sql("INSERT INTO batch_sources VALUES (?, ?, '{}', NULL)").run(open.id, text))
  removeOld(db, home, noon + 7 * day)
  expect(readdirSync(join(home, 'inputs')).sort()).toEqual([awaited, fresh, 'mine.csv'].sort())
  db.write(() => dropSource(db, open.id, []))
  removeOld(db, home, noon + 7 * day + 1)
  expect(existsSync(join(home, 'inputs', old ?? ''))).toBe(false)
  expect(readdirSync(join(home, 'inputs'))).toEqual(['mine.csv'])
})
