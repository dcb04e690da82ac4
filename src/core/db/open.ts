/**
 * Owns how a database is opened: folder and file modes, WAL, waiting for locks, and a clear message for every way
 * in which it can be unusable. Must never create anything but the data folder and its database.
 */
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { type Db, isBusy, type Patience, wrap } from './db.ts'
import { checkHeader, migrate } from './migrate.ts'
import { type Migration, migrations as released } from './migrations/index.ts'
import { openReadOnly } from './read-only.ts'

/** How long a statement waits for another process's lock before it gives up. */
const busyTimeoutMs = 30_000

export type OpenOptions = {
  busyTimeoutMs?: number
  /** Called once when the wait for another program's lock takes longer than a moment. */
  onWaiting?: () => void
  /** Opens an unwritable database read-only: every write then throws SQLITE_READONLY. */
  mayOnlyRead?: boolean
  migrations?: readonly Migration[]
  /** Called after each step of a migration, before its commit. */
  onMigrationStep?: () => void
}

/** Path of the database inside the data folder. */
export function databasePath(home: string): string {
  return path.join(home, 'slipway.db')
}

/** Opens (and, where needed, creates or migrates) the database of a data folder. Errors: `database`. */
export function openDatabase(home: string, options: OpenOptions = {}): Result<Db> {
  const file = databasePath(home)
  // Without a HOME the usual place is a relative path: the data would lie in whatever folder one is in.
  if (!path.isAbsolute(home))
    return fail('database', 'There is no folder for the data: HOME is empty, or not a whole path.', {
      hint: chooseAnother,
    })
  let raw: Database.Database | undefined
  try {
    makeFolder(home)
    closeSync(openSync(file, 'a', 0o600)) // -wal and -shm take their mode from the database's
    // SQLite takes a file shorter than its smallest page for an empty one, and would write over it.
    if (isScrap(file)) return fail('database', describe(file, notADatabase), hint(notADatabase))
    const patience = patienceFor(options)
    raw = new Database(file, { timeout: patience?.firstMs ?? options.busyTimeoutMs ?? busyTimeoutMs })
    const db = wrap(raw, patience)
    const checked = checkHeader(db, options.migrations) // before WAL mode, which already writes into the file
    if (!checked.ok) {
      raw.close()
      return checked
    }
    switchToWal(raw, options.busyTimeoutMs ?? busyTimeoutMs, patience)
    raw.pragma('synchronous = FULL')
    raw.pragma('foreign_keys = ON')
    raw.pragma('wal_autocheckpoint = 1000')
    raw.pragma('journal_size_limit = 67108864')
    const migrated = migrate(db, options.migrations, options.onMigrationStep)
    if (migrated.ok) return ok(db)
    raw.close()
    return migrated
  } catch (cause) {
    raw?.close()
    const refused = fail('database', describe(file, cause), hint(cause))
    return options.mayOnlyRead && isUnwritable(codeOf(cause)) ? forReading(file, options, refused) : refused
  }
}

/** The database as it is, if it has this build's schema; else the error from `refused`. */
function forReading(file: string, { migrations }: OpenOptions, refused: Result<never>): Result<Db> {
  let db: Db | undefined
  try {
    db = openReadOnly(file)
    const checked = checkHeader(db, migrations)
    if (checked.ok && checked.value.version === (migrations ?? released).length) return ok(db)
    db.close()
    return checked.ok ? refused : checked
  } catch {
    db?.close()
    return refused
  }
}

/** Level by level: Node's own `recursive` never comes back where a level can't be made, as in /proc. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return
  const above = path.dirname(folder)
  if (above !== folder) makeFolder(above)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    if (!isFolder(folder)) throw cause // somebody else may have made it in between
  }
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/**
 * The change to WAL needs the file alone for a moment. Where two do it at once, SQLite refuses one at once instead
 * of waiting (each holds what the other needs: https://sqlite.org/c3ref/busy_handler.html), so the wait is here.
 */
function switchToWal(raw: Database.Database, patienceMs: number, patience?: Patience): void {
  const until = now() + patienceMs
  let notified = patience === undefined
  for (;;)
    try {
      raw.pragma('journal_mode = WAL')
      return
    } catch (cause) {
      if (!isBusy(cause) || now() >= until) throw cause
      if (!notified && now() >= until - (patience?.restMs ?? 0)) {
        notified = true
        patience?.onWaiting()
      }
      Atomics.wait(pause, 0, 0, 5)
    }
}

// Not performance.now: that loads a tenth of Node's own modules, at every start.
const now = (): number => Number(process.hrtime.bigint() / 1_000_000n)

/** A lock this short is normal: a commit, a checkpoint. */
const momentMs = 2_000

function patienceFor({ busyTimeoutMs: all = busyTimeoutMs, onWaiting }: OpenOptions): Patience | undefined {
  if (onWaiting === undefined || all <= momentMs) return undefined
  return { firstMs: momentMs, restMs: all - momentMs, onWaiting }
}

const pause = new Int32Array(new SharedArrayBuffer(4))

const notADatabase = Object.assign(new Error('file is not a database'), { code: 'SQLITE_NOTADB' })

const chooseAnother = 'Set SLIPWAY_HOME to a folder that you may write.'

function isScrap(file: string): boolean {
  const { size } = statSync(file)
  return size > 0 && size < 512
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

/**
 * What is wrong with the disk, as the beginning of a sentence; null where the code isn't about a disk.
 * Without room for the WAL's index SQLite reports an I/O error, so that code may mean either.
 */
export function diskTrouble(code: string): string | null {
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return 'the disk is full'
  if (code === 'SQLITE_IOERR_SHMSIZE') return 'the disk is full, or reports errors'
  if (code === 'EIO' || code.startsWith('SQLITE_IOERR')) return 'the disk reports an error'
  if (isUnwritable(code)) return "the data folder can't be written"
  return null
}

/** SQLite's codes come extended too: SQLITE_READONLY_DIRECTORY, SQLITE_CANTOPEN_ISDIR, … */
function isUnwritable(code: string): boolean {
  return ['EACCES', 'EROFS', 'EPERM'].includes(code) || /^SQLITE_(READONLY|CANTOPEN)/.test(code)
}

/** What is wrong, as a sentence; a bug is rethrown. */
function describe(file: string, cause: unknown): string {
  const code = codeOf(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  if (isUnwritable(code)) return `The data folder ${path.dirname(file)} can't be written: ${message}.`
  if (isMissing(cause)) return `The data folder ${path.dirname(file)} can't be made: ${message}.`
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return `The data folder ${path.dirname(file)} is not a folder: ${message}.`
  if (code === 'EISDIR') return `${file} is a folder, not a database.`
  const trouble = diskTrouble(code)
  if (trouble !== null) return `${file} can't be opened: ${trouble}.`
  if (code === 'SQLITE_NOTADB') return `${file} is not a database, or its first page is damaged.`
  if (code.startsWith('SQLITE_CORRUPT')) return `${file} is damaged: ${message}.`
  if (code.startsWith('SQLITE_BUSY'))
    return `${file} is locked by another program, and stayed so while we waited.`
  if (code.startsWith('SQLITE_') || /^E[A-Z]+$/.test(code))
    return `${file} can't be opened: ${message} (${code}).`
  throw cause
}

/** A folder that can't be made because its parent takes no folders or is a dangling link. */
function isMissing(cause: unknown): boolean {
  return codeOf(cause) === 'ENOENT' && (cause as NodeJS.ErrnoException).syscall === 'mkdir'
}

function hint(cause: unknown): { hint?: string } {
  const code = codeOf(cause)
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return {
      hint: 'Nothing was changed. Move the file away or restore a backup; `sqlite3 slipway.db .recover` may save rows.',
    }
  if (isUnwritable(code) || isMissing(cause) || code === 'ENOTDIR' || code === 'EEXIST')
    return { hint: chooseAnother }
  return {}
}
