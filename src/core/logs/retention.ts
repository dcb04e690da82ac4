/**
 * Owns removing what is older than the setting `log-retention-days`: job logs of batches that ended before, and tables that
 * came on standard input. Never touches a row, a log of a batch that is not final, a table that a batch has yet to read, or
 * anything outside of these folders.
 */
import { type Dirent, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../db/db.ts'
import { endedBefore } from '../queue/queries.ts'
import { readSetting } from '../queue/settings-store.ts'
import { isYetToBeRead } from '../queue/source-store.ts'

const dayMs = 86_400_000

/** Where tables that came on standard input are kept. */
export function inputsFolder(home: string): string {
  return path.join(home, 'inputs')
}

/** Removes old logs and tables; returns the numbers of the logs' batches. 0 days keeps everything. */
export function removeOld(db: Db, home: string, now: number): number[] {
  const days = readSetting(db, 'log-retention-days')
  if (days === 0) return []
  const before = now - days * dayMs
  removeOldTables(db, inputsFolder(home), before)
  const old = new Set(endedBefore(db, before))
  const logs = path.join(home, 'logs')
  const there = entriesOf(logs)
    .filter((entry) => entry.isDirectory() && /^[1-9]\d*$/.test(entry.name))
    .map((entry) => Number(entry.name))
    .filter((number) => old.has(number))
  for (const number of there) rmSync(path.join(logs, String(number)), { recursive: true, force: true })
  return there
}

function removeOldTables(db: Db, folder: string, before: number): void {
  for (const entry of entriesOf(folder)) {
    if (!entry.isFile() || !/^[\da-f]{16}\.[ct]sv$/.test(entry.name)) continue
    const file = path.join(folder, entry.name)
    if (statSync(file).mtimeMs < before && !isYetToBeRead(db, entry.name)) rmSync(file, { force: true })
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return [] // nothing has been written there yet
  }
}
