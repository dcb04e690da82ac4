/** Migrations: append-only, after a copy, all or nothing. What needs a second process is in test/process. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { copyBeforeMigration } from '../../../src/core/db/migrate.ts'
import { type Migration, migrations, schemaVersion } from '../../../src/core/db/migrations/index.ts'
import { databasePath, openDatabase } from '../../../src/core/db/open.ts'
import { addBatch, temporaryFolder } from '../../helpers/database.ts'

const next: Migration = {
  version: schemaVersion + 1,
  name: 'colours',
  sql: `ALTER TABLE batches ADD COLUMN colour TEXT; CREATE TABLE colours (name TEXT) STRICT;
        INSERT INTO colours SELECT batch_type FROM batches`,
}
const broken: Migration = { ...next, sql: `${next.sql}; INSERT INTO no_such_table VALUES (1)` }

function open(home: string, list: readonly Migration[] = migrations): Db {
  const opened = openDatabase(home, { migrations: list })
  if (!opened.ok) throw new Error(opened.error.message)
  onTestFinished(() => opened.value.close())
  return opened.value
}

const version = (db: Db) => db.sql<{ user_version: number }>('PRAGMA user_version').get()?.user_version

function homeWithOneBatch(): string {
  const home = temporaryFolder()
  const db = open(home)
  addBatch(db, { type: 'first' })
  db.close()
  return home
}

/** Batch types in the copy, and its version. */
function readCopy(home: string): { types: unknown[]; version: unknown } {
  const copy = new Database(copyBeforeMigration(databasePath(home), schemaVersion), { readonly: true })
  const types = copy.prepare('SELECT batch_type FROM batches ORDER BY number').pluck().all()
  const found = { types, version: copy.pragma('user_version', { simple: true }) }
  copy.close()
  return found
}

/**
 * Text of each migration as it was released. A line here never changes: databases of that schema exist. Version 3
 * is not released yet and gets its line then.
 */
const releasedTexts = [
  '8a588651d7c2c59506c44219463f0980bbf0bd2c1e38381651dd321ad4f74df4',
  'e93b429146fd51328b67498d4c81807fa40ad5788b73d49eebe7318bd7042e5e',
]

test('a released migration never changes', () => {
  const digest = (text: string) => createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
  expect(migrations.slice(0, releasedTexts.length).map((migration) => digest(migration.sql))).toEqual(
    releasedTexts,
  )
  expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, index) => index + 1))
})

test('a new database has the newest schema, and nothing lies beside it', () => {
  const home = temporaryFolder()
  const db = open(home)
  expect(version(db)).toBe(schemaVersion)
  db.close()
  expect(readdirSync(home)).toEqual(['slipway.db'])
})

test('an older database is copied, then migrated with everything in it', () => {
  const home = homeWithOneBatch()
  const db = open(home, [...migrations, next])
  expect(version(db)).toBe(schemaVersion + 1)
  expect(db.sql('SELECT name FROM colours').all()).toEqual([{ name: 'first' }])
  expect(readCopy(home)).toEqual({ types: ['first'], version: schemaVersion })
  if (process.platform !== 'win32')
    expect(statSync(copyBeforeMigration(databasePath(home), schemaVersion)).mode & 0o777).toBe(0o600)
})

test('a step that fails leaves the old schema and every row, and reports what failed', () => {
  const home = homeWithOneBatch()
  const refused = openDatabase(home, { migrations: [...migrations, broken] })
  expect(refused).toMatchObject({
    ok: false,
    error: { code: 'database', message: expect.stringMatching(/could not be migrated.*no_such_table/) },
  })
  const db = open(home)
  expect(version(db)).toBe(schemaVersion)
  expect(db.sql(`SELECT count(*) AS n FROM sqlite_master WHERE name = 'colours'`).get()).toEqual({ n: 0 })
  expect(db.sql('SELECT batch_type FROM batches').all()).toEqual([{ batch_type: 'first' }])
})

test('a copy that an earlier attempt left is made anew, so that it holds what came since', () => {
  const home = homeWithOneBatch()
  openDatabase(home, { migrations: [...migrations, broken] })
  const db = open(home)
  addBatch(db, { type: 'second' })
  db.close()
  open(home, [...migrations, next])
  expect(readCopy(home)).toEqual({ types: ['first', 'second'], version: schemaVersion })
})

test('a database that is up to date is not copied', () => {
  const home = homeWithOneBatch()
  open(home)
  expect(existsSync(copyBeforeMigration(databasePath(home), schemaVersion))).toBe(false)
})
