/**
 * Owns migrating any older schema to this build's: a copy first, then one transaction for all steps.
 * Must never change a database that is newer, foreign, or that breaks a rule the new schema would enforce.
 */

import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { Result } from '../../contract/errors.ts'
import { fail, ok } from '../../contract/errors.ts'
import { countOf } from '../../contract/words.ts'
import type { Db } from './db.ts'
import { type Migration, migrations as released } from './migrations/index.ts'

/** "SLPW" as SQLite's application id, so that a foreign database is recognised. */
export const applicationId = 0x534c5057

type Header = { version: number; application: number; tables: number }

/** All three of one moment: another process may be in the middle of creating the database. */
function readHeader(db: Db): Header {
  return db.read(() => headerNow(db))
}

function headerNow(db: Db): Header {
  const version = db.sql<{ user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0
  const application = db.sql<{ application_id: number }>('PRAGMA application_id').get()?.application_id ?? 0
  const tables =
    db.sql<{ n: number }>("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table'").get()?.n ?? 0
  return { version, application, tables }
}

/** Where a database of `version` is copied to before it is migrated. */
export function copyBeforeMigration(path: string, version: number): string {
  return `${path}.before-v${version + 1}`
}

/** Whether this build may touch the database at all; reads only. Errors: `database`. */
export function checkHeader(db: Db, migrations: readonly Migration[] = released): Result<Header> {
  const target = migrations.length
  const header = readHeader(db)
  if (header.application !== 0 && header.application !== applicationId)
    return fail('database', `${db.path} belongs to another program (application id ${header.application}).`, {
      hint: notOurs,
    })
  if (header.application === 0 && (header.tables > 0 || header.version > 0))
    return fail(
      'database',
      `${db.path} is a database, but not one of Slipway: it has ${countOf(header.tables, 'table')} of another kind.`,
      { hint: notOurs },
    )
  if (header.version > target)
    return fail(
      'database',
      `${db.path} was written by a newer Slipway (schema ${header.version}; this one knows ${target}).`,
      { hint: 'Update Slipway. Nothing was changed.' },
    )
  return ok(header)
}

const notOurs = 'Nothing was changed. Set SLIPWAY_HOME to another folder, or move the file away.'

/**
 * Brings the schema up to date. Killed at any point, the next start finds either the old or the new schema.
 * `onStep` is called after each step, before the commit.
 * Errors: `database`, with a sentence on what was found and what to do.
 */
export function migrate(
  db: Db,
  migrations: readonly Migration[] = released,
  onStep: () => void = () => {},
): Result<{ from: number; to: number }> {
  const target = migrations.length
  const checked = checkHeader(db, migrations)
  if (!checked.ok) return checked
  const before = checked.value
  if (before.version === target) return ok({ from: target, to: target })
  if (before.version > 0) copyAside(db, before.version)
  try {
    const from = db.write(() => {
      const now = readHeader(db).version // somebody else may have migrated while we waited for the lock
      for (const migration of migrations.slice(now)) {
        db.exec(migration.sql)
        onStep()
      }
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${target}`)
      return now
    })
    return ok({ from, to: target })
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    return fail(
      'database',
      `${db.path} could not be migrated from schema ${before.version} to ${target}: ${cause.message}.`,
      {
        hint: 'Nothing was changed. `slipway doctor` lists the rows that prevent it.',
      },
    )
  }
}

/**
 * VACUUM INTO gives a consistent copy even while others write; a half-made one never gets the final name. A
 * copy that is there already may be older than today's rows (an earlier attempt failed), so it is made anew.
 */
function copyAside(db: Db, version: number): void {
  const copy = copyBeforeMigration(db.path, version)
  const partial = `${copy}.partial-${process.pid}`
  rmSync(partial, { force: true })
  db.sql('VACUUM INTO ?').run(partial)
  if (existsSync(copy) && readHeader(db).version !== version) {
    rmSync(partial) // another host was faster: its copy is of the old schema, ours might not be
    return
  }
  chmodSync(partial, 0o600)
  const file = openSync(partial, 'r+')
  fsyncSync(file)
  closeSync(file)
  renameSync(partial, copy)
}
