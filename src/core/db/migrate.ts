/**
 * Owns the way from any older schema to this build's one: a copy first, then one transaction for all steps.
 * Must never change a database that is newer, foreign, or that breaks a rule the new schema would enforce.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import type { Result } from '../../contract/errors.ts'
import { fail, ok } from '../../contract/errors.ts'
import type { Db } from './db.ts'
import { type Migration, migrations as released } from './migrations/index.ts'

/** "SLPW" as SQLite's application id, so that a foreign database is recognised. */
export const applicationId = 0x534c5057

type Header = { version: number; application: number; tables: number }

function readHeader(db: Db): Header {
  const version = db.sql<{ user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0
  const application = db.sql<{ application_id: number }>('PRAGMA application_id').get()?.application_id ?? 0
  const tables =
    db.sql<{ n: number }>("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table'").get()?.n ?? 0
  return { version, application, tables }
}

/** Where the copy of a database of `version` is put before it is migrated. */
export function copyBeforeMigration(path: string, version: number): string {
  return `${path}.before-v${version + 1}`
}

/**
 * Brings the schema up to date. Killed at any point, the next start finds either the old or the new schema.
 * Errors: `database`, with a sentence that says what was found and what to do.
 */
export function migrate(
  db: Db,
  migrations: readonly Migration[] = released,
): Result<{ from: number; to: number }> {
  const target = migrations.length
  const before = readHeader(db)
  if (before.application !== 0 && before.application !== applicationId) {
    return fail('database', `${db.path} belongs to another program (application id ${before.application}).`)
  }
  if (before.application === 0 && before.tables > 0) {
    return fail(
      'database',
      `${db.path} is a database, but not one of Slipway: it has ${before.tables} tables of another kind.`,
    )
  }
  if (before.version > target) {
    return fail(
      'database',
      `${db.path} was written by a newer Slipway (schema ${before.version}; this one knows ${target}).`,
      { hint: 'Update Slipway. Nothing was changed.' },
    )
  }
  if (before.version === target) return ok({ from: target, to: target })
  if (before.version > 0) copyAside(db, before.version)
  try {
    const from = db.write(() => {
      const now = readHeader(db).version // somebody else may have migrated while we waited for the lock
      for (const migration of migrations.slice(now)) db.exec(migration.sql)
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
        hint: 'Nothing was changed. `slipway doctor` lists what stands in the way.',
      },
    )
  }
}

/** VACUUM INTO gives a consistent copy even while others write; a half-made one never gets the final name. */
function copyAside(db: Db, version: number): void {
  const copy = copyBeforeMigration(db.path, version)
  if (existsSync(copy)) return
  const partial = `${copy}.partial-${process.pid}`
  rmSync(partial, { force: true })
  db.sql('VACUUM INTO ?').run(partial)
  renameSync(partial, copy)
}
