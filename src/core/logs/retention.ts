/**
 * Owns removing job logs of batches that ended longer ago than the setting `log-retention-days`.
 * Never touches a row, a log of a batch that is not final, or anything outside the folder of logs.
 */
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../db/db.ts'
import { endedBefore } from '../queue/queries.ts'
import { readSetting } from '../queue/settings-store.ts'

const dayMs = 86_400_000

/** Removes old logs; returns the numbers of their batches. 0 days keeps everything. */
export function removeOldLogs(db: Db, home: string, now: number): number[] {
  const days = readSetting(db, 'log-retention-days')
  if (days === 0) return []
  const old = new Set(endedBefore(db, now - days * dayMs))
  const logs = path.join(home, 'logs')
  const there = foldersOf(logs).filter((number) => old.has(number))
  for (const number of there) rmSync(path.join(logs, String(number)), { recursive: true, force: true })
  return there
}

/** Numbers of the batches that have logs. */
function foldersOf(logs: string): number[] {
  try {
    return readdirSync(logs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[1-9]\d*$/.test(entry.name))
      .map((entry) => Number(entry.name))
  } catch {
    return [] // no job has written anything yet
  }
}
