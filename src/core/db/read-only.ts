/**
 * Owns opening a database that can be read and not written, such as on a disk mounted read-only. Must never write,
 * and so can't make the index that SQLite needs beside a database in WAL mode.
 */
import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { type Db, wrap } from './db.ts'

/** Opens for reading alone, or throws what the system or SQLite threw. */
export function openReadOnly(file: string): Db {
  const raw = existsSync(`${file}-wal`)
    ? new Database(file, { readonly: true, fileMustExist: true })
    : new Database(atRest(file), { readonly: true })
  return { ...wrap(raw), path: file }
}

/** Offset of the file format's write and read versions; 2 is WAL, 1 is not. */
const formatVersions = 18

/** Without a WAL nobody has it open, and the file is the whole database. A database in memory can't be in WAL mode. */
function atRest(file: string): Buffer {
  const bytes = readFileSync(file)
  if (bytes[formatVersions] === 2) bytes.fill(1, formatVersions, formatVersions + 2)
  return bytes
}
