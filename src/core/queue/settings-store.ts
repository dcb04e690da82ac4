/**
 * Owns the table of settings: the user's settings (contract/settings.ts) and the queue's own marks (paused,
 * stop-after, finalizer's last sweep), all as JSON values.
 */
import { type SettingKey, type Settings, settingKeys, settingsSchema } from '../../contract/settings.ts'
import type { Db } from '../db/db.ts'

/** State, not settings: each mark has its own commands. */
export type Marks = {
  'queue-paused': {
    since: number
    by: string
    reason: string | null
    kind: 'person' | 'stop-after' | 'disk'
    /** Number of the batch after whose end the queue stopped. */
    batch?: number
    /** Running jobs are stopped instead of being left to end. */
    now: boolean
  }
  'stop-after': { batchId: string }
  /** The disk has less room than is needed; removed when it has enough again. */
  'disk-low': { since: number }
  /** What the cluster makes of the running batch's jobs; `reason` and `trouble` in Slurm's own words. */
  place: {
    batchId: string
    running: number
    waiting: number
    reason: string | null
    nodes: number
    trouble: string | null
    at: number
  }
  finalizer: { lastSweepAt: number; nextSweepAt: number; rescues: number; lastRescueAt: number | null }
}

/** All settings; a value that doesn't fit (written by hand) counts as its default. */
export function readSettings(db: Db): Settings {
  const stored: Record<string, unknown> = {}
  for (const row of db.sql<{ key: string; value: string }>('SELECT key, value FROM settings').all()) {
    if ((settingKeys as string[]).includes(row.key))
      stored[row.key] = parseFitting(row.key as SettingKey, row.value)
  }
  return settingsSchema.parse(stored)
}

/** One setting, without a look at the others. */
export function readSetting<K extends SettingKey>(db: Db, key: K): Settings[K] {
  const text = db.sql<{ value: string }>('SELECT value FROM settings WHERE key = ?').get(key)?.value
  const stored = text === undefined ? undefined : parseFitting(key, text)
  return (stored ?? settingsSchema.shape[key].parse(undefined)) as Settings[K]
}

function parseFitting(key: SettingKey, text: string): unknown {
  try {
    const parsed = settingsSchema.shape[key].safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Stores a validated setting. */
export function writeSetting(db: Db, key: SettingKey, value: unknown, at: number): void {
  put(db, key, value, at)
}

/** A mark as it stands, or undefined. */
export function readMark<K extends keyof Marks>(db: Db, key: K): Marks[K] | undefined {
  const row = db.sql<{ value: string }>('SELECT value FROM settings WHERE key = ?').get(key)
  return row ? (JSON.parse(row.value) as Marks[K]) : undefined
}

/** Sets a mark, or removes it (with undefined). */
export function writeMark<K extends keyof Marks>(
  db: Db,
  key: K,
  value: Marks[K] | undefined,
  at: number,
): void {
  if (value === undefined) db.sql('DELETE FROM settings WHERE key = ?').run(key)
  else put(db, key, value, at)
}

function put(db: Db, key: string, value: unknown, at: number): void {
  db.sql(
    `INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  ).run(key, JSON.stringify(value), at)
}
