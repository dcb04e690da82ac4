/** What needs several real processes on one database: claims that race, migrations that race, one that is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { copyBeforeMigration } from '../../src/core/db/migrate.ts'
import { schemaVersion } from '../../src/core/db/migrations/index.ts'
import { databasePath, openDatabase } from '../../src/core/db/open.ts'
import { addBatch, temporaryFolder } from '../helpers/database.ts'

const here = import.meta.dirname

type Child = {
  process: ChildProcess
  output: Promise<string>
  ready: Promise<unknown>
  exit: Promise<unknown[]>
}

function child(script: string, ...args: string[]): Child {
  const hooks = path.join(here, '../helpers/sql-as-text.mjs')
  const file = path.join(here, 'children', script)
  const node = ['--experimental-strip-types', '--no-warnings', '--import', hooks, file, ...args]
  const started = spawn(process.execPath, node, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    started.kill('SIGKILL')
  })
  return {
    process: started,
    output: text(started.stdout),
    ready: once(started.stdout, 'data'),
    exit: once(started, 'exit'),
  }
}

/** All at the same moment; their outputs in order. */
async function race(children: readonly Child[]): Promise<string[]> {
  await Promise.all(children.map((one) => one.ready))
  for (const one of children) one.process.stdin?.end('go')
  return Promise.all(children.map((one) => one.output))
}

function homeWith(batches: number, jobs: number): string {
  const home = temporaryFolder()
  const opened = openDatabase(home)
  if (!opened.ok) throw new Error(opened.error.message)
  for (let i = 1; i <= batches; i += 1) addBatch(opened.value, { type: `type-${i}`, jobs })
  opened.value.close()
  return home
}

test('eight processes that claim from one queue get every batch once, one at a time', async () => {
  const batches = 150
  const home = homeWith(batches, 1)
  const outputs = await race(Array.from({ length: 8 }, () => child('claimer.ts', home)))
  const got = outputs.map((output) => [...output.matchAll(/got (\d+)/g)].map((match) => Number(match[1])))
  expect(got.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: batches }, (_, i) => i + 1))
  expect(got.filter((one) => one.length > 0).length, 'it was a race').toBeGreaterThan(1)
  const sql = new Database(databasePath(home), { readonly: true })
  const story = sql
    .prepare(
      `SELECT kind, batch_id FROM events WHERE kind IN ('batch_claimed', 'batch_completed') ORDER BY id`,
    )
    .all() as { kind: string; batch_id: string }[]
  sql.close()
  // Each claim is followed by its own end before the next claim: never two at once, never one twice.
  expect(story).toHaveLength(2 * batches)
  for (let i = 0; i < story.length; i += 2) {
    expect(story[i]?.kind).toBe('batch_claimed')
    expect(story[i + 1]).toEqual({ kind: 'batch_completed', batch_id: story[i]?.batch_id })
  }
})

test('a migration whose process is killed before the commit leaves the old schema with every row', async () => {
  const home = homeWith(1, 20_000)
  const dying = child('migrator.ts', home, 'die')
  expect((await dying.exit)[1]).toBe('SIGKILL')
  expect(existsSync(copyBeforeMigration(databasePath(home), schemaVersion))).toBe(true)
  const opened = openDatabase(home)
  if (!opened.ok) throw new Error(opened.error.message)
  const db = opened.value
  expect(db.sql('PRAGMA user_version').get()).toEqual({ user_version: schemaVersion })
  expect(db.sql('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(db.sql('SELECT total FROM batch_status_summary').all()).toEqual([{ total: 20_000 }])
  expect(db.sql('SELECT count(*) AS n FROM jobs').get()).toEqual({ n: 20_000 })
  db.close()
  const [output] = await race([child('migrator.ts', home)])
  expect(output).toContain('{"n":20000}')
})

test('processes that migrate at the same moment do it once, and the copy is of the old schema', async () => {
  const home = homeWith(1, 500)
  const outputs = await race(Array.from({ length: 4 }, () => child('migrator.ts', home)))
  for (const output of outputs) expect(output).toContain('{"n":500}')
  const copy = new Database(copyBeforeMigration(databasePath(home), schemaVersion), { readonly: true })
  expect(copy.pragma('user_version', { simple: true })).toBe(schemaVersion)
  expect(copy.prepare(`SELECT count(*) FROM sqlite_master WHERE name = 'colours'`).pluck().get()).toBe(0)
  copy.close()
})

test('processes that create the same database at the same moment all open it', async () => {
  const home = temporaryFolder()
  const outputs = await race(Array.from({ length: 6 }, () => child('migrator.ts', home)))
  for (const output of outputs) expect(output).toContain('{"n":0}')
})
