/** One database for each released schema, as SQL text in test/schema/: each must open with everything in it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { batchStatuses } from '../../../src/contract/states.ts'
import { wrap } from '../../../src/core/db/db.ts'
import { copyBeforeMigration } from '../../../src/core/db/migrate.ts'
import { type Migration, migrations, schemaVersion } from '../../../src/core/db/migrations/index.ts'
import { databasePath, openDatabase } from '../../../src/core/db/open.ts'
import { compareSchema, differenceWords } from '../../../src/core/db/schema-check.ts'
import { temporaryFolder } from '../../helpers/database.ts'

const folder = fileURLToPath(new URL('../../schema', import.meta.url))
const files = readdirSync(folder).filter((name) => /^v\d+\.sql$/.test(name))

const next: Migration = {
  version: schemaVersion + 1,
  name: 'a next one',
  sql: 'CREATE TABLE colours (name TEXT) STRICT; INSERT INTO colours SELECT batch_type FROM batches',
}

/** A data folder with the database of that text. */
function homeOf(name: string): string {
  const home = temporaryFolder()
  const db = new Database(databasePath(home))
  db.exec(readFileSync(join(folder, name), 'utf8'))
  db.close()
  return home
}

type Contents = { version: unknown; rows: Record<string, unknown[]> }

/** Every row of every table of data, and the version. The legal edges are rows too, but a part of the schema. */
function contents(file: string): Contents {
  const db = new Database(file, { readonly: true })
  const tables = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_transitions' ORDER BY name",
    )
    .all()
  const rows = Object.fromEntries(
    tables.map(({ name }) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]),
  )
  const version = db.pragma('user_version', { simple: true })
  db.close()
  return { version, rows }
}

/** A later schema may have more columns, and need not have a table that held nothing. */
function expectAllKept(before: Contents, after: Contents): void {
  for (const [table, list] of Object.entries(before.rows))
    expect(after.rows[table] ?? [], table).toEqual(list.map((row) => expect.objectContaining(row as object)))
}

function open(home: string, list: readonly Migration[] = migrations, onMigrationStep = () => {}): void {
  const opened = openDatabase(home, { migrations: list, onMigrationStep })
  if (!opened.ok) throw new Error(opened.error.message)
  const health = opened.value.sql('PRAGMA integrity_check').get()
  opened.value.close()
  expect(health).toEqual({ integrity_check: 'ok' })
}

test('there is one for each released schema', () => {
  expect(files.sort()).toEqual(migrations.map((migration) => `v${migration.version}.sql`))
})

describe.each(files)('the database %s', (name) => {
  test('has something in every table, and a batch of every status', () => {
    const { rows } = contents(databasePath(homeOf(name)))
    const empty = Object.keys(rows).filter((table) => rows[table]?.length === 0)
    // Of schema 1, and since schema 4: what triggers use while a statement runs.
    const fleeting = ['job_count_moves', 'job_fills', 'position_moves'].filter(
      (table) => rows[table] !== undefined,
    )
    expect(empty).toEqual(fleeting)
    const statuses = new Set((rows.batches as { status: string }[]).map((row) => row.status))
    expect([...statuses].sort()).toEqual([...batchStatuses].sort())
  })

  test('has every rule of its schema, and of this one once it was opened', () => {
    const home = homeOf(name)
    const differences = (list: readonly Migration[]) => {
      const db = wrap(new Database(databasePath(home), { readonly: true }))
      const words = compareSchema(db, list).map(differenceWords)
      db.close()
      return words
    }
    expect(differences(migrations.slice(0, Number(/\d+/.exec(name))))).toEqual([])
    open(home)
    expect(differences(migrations)).toEqual([])
  })

  test('opens with every row as it was', () => {
    const home = homeOf(name)
    const before = contents(databasePath(home))
    open(home)
    const after = contents(databasePath(home))
    expect(after.version).toBe(schemaVersion)
    expectAllKept(before, after)
  })

  test('is copied first, and keeps every row through a next migration', () => {
    const home = homeOf(name)
    const before = contents(databasePath(home))
    open(home, [...migrations, next])
    expect(contents(copyBeforeMigration(databasePath(home), Number(before.version)))).toEqual(before)
    const after = contents(databasePath(home))
    expect(after.version).toBe(schemaVersion + 1)
    expect(after.rows.colours).toHaveLength(before.rows.batches?.length ?? 0)
    expectAllKept(before, after)
  })

  test('is whole and old when the process dies in the middle of a migration, and migrates the next time', () => {
    const home = homeOf(name)
    const before = contents(databasePath(home))
    const killed = join(home, 'killed')
    mkdirSync(killed)
    // What the files hold at that moment is what they hold after a SIGKILL then.
    open(home, [...migrations, next], () => {
      for (const end of ['', '-wal'])
        if (existsSync(databasePath(home) + end))
          copyFileSync(databasePath(home) + end, databasePath(killed) + end)
    })
    open(killed)
    const inOneGo = homeOf(name)
    open(inOneGo)
    expect(contents(databasePath(killed))).toEqual(contents(databasePath(inOneGo)))
    expectAllKept(before, contents(databasePath(killed)))
    open(killed, [...migrations, next])
    expect(contents(databasePath(killed)).rows.colours).toHaveLength(before.rows.batches?.length ?? 0)
  })

  test('is refused by an older program, and not touched, once it is newer', () => {
    const home = homeOf(name)
    open(home, [...migrations, next])
    const before = readFileSync(databasePath(home))
    const refused = openDatabase(home)
    expect(refused.ok ? '' : refused.error.message).toMatch(
      /written by a newer Slipway \(schema \d+; this one knows \d+\)/,
    )
    expect(readFileSync(databasePath(home)).equals(before)).toBe(true)
  })
})
