/**
 * Owns the table of settings: the user's settings (contract/settings.ts) and the queue's own marks (paused,
 * stop-after, finalizer's last sweep), all as JSON values.
 */
import { z } from 'zod'
import { type SettingKey, type Settings, settingKeys, settingsSchema } from '../../contract/settings.ts'
import type { Db } from '../db/db.ts'
import { readStored } from './stored.ts'

const whole = z.number().int()

const markSchemas = {
  'queue-paused': z.object({
    since: whole,
    by: z.string(),
    reason: z.string().nullable(),
    kind: z.enum(['person', 'stop-after', 'disk']),
    /** Number of the batch after whose end the queue stopped. */
    batch: z.exactOptional(whole),
    /** Running jobs are stopped instead of being left to end. */
    now: z.boolean(),
  }),
  'stop-after': z.object({ batchId: z.string() }),
  /** The disk has less room than is needed; removed when it has enough again. */
  'disk-low': z.object({ since: whole }),
  /** What the cluster makes of the running batch's jobs; `reason` and `trouble` in Slurm's own words. */
  place: z.object({
    batchId: z.string(),
    running: whole,
    waiting: whole,
    reason: z.string().nullable(),
    nodes: whole,
    trouble: z.string().nullable(),
    at: whole,
  }),
  finalizer: z.object({
    lastSweepAt: whole,
    nextSweepAt: whole,
    rescues: whole,
    lastRescueAt: whole.nullable(),
  }),
}

/** State, not settings: each mark has its own commands. */
export type Marks = { [K in keyof typeof markSchemas]: z.infer<(typeof markSchemas)[K]> }

/** Settings and marks that can't be understood, with what is wrong. */
export function unreadableSettings(db: Db): { key: string; problem: string }[] {
  const schemas: Record<string, z.ZodType> = { ...settingsSchema.shape, ...markSchemas }
  return db
    .sql<{ key: string; value: string }>('SELECT key, value FROM settings ORDER BY key')
    .all()
    .flatMap(({ key, value }) => {
      const schema = Object.hasOwn(schemas, key) ? schemas[key] : undefined
      const read = schema && readStored(schema, value)
      return read && !read.ok ? [{ key, problem: read.problem }] : []
    })
}

/** Removes a setting or mark. */
export function dropSetting(db: Db, key: string): void {
  db.sql('DELETE FROM settings WHERE key = ?').run(key)
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
  const schema: z.ZodType = settingsSchema.shape[key]
  const read = readStored(schema, text)
  return read.ok ? read.value : undefined
}

/** Stores a validated setting. */
export function writeSetting(db: Db, key: SettingKey, value: unknown, at: number): void {
  put(db, key, value, at)
}

/** A mark as it stands, or undefined; one that can't be read counts as none. */
export function readMark<K extends keyof Marks>(db: Db, key: K): Marks[K] | undefined {
  const row = db.sql<SettingRow>('SELECT value, updated_at FROM settings WHERE key = ?').get(key)
  if (!row) return undefined
  const schema: z.ZodType = markSchemas[key]
  const read = readStored(schema, row.value)
  if (read.ok) return read.value as Marks[K]
  return key === 'queue-paused' ? (unreadablePause(row) as Marks[K]) : undefined
}

type SettingRow = { value: string; updated_at: number }

/** Somebody paused the queue, whatever they wrote: it stays so until somebody resumes it. */
function unreadablePause({ updated_at }: SettingRow): Marks['queue-paused'] {
  const reason = "its mark can't be read; slipway resume takes it away"
  return { since: updated_at, by: 'somebody', reason, kind: 'person', now: false }
}

/** Sets a mark, or removes it (with undefined). */
export function writeMark<K extends keyof Marks>(
  db: Db,
  key: K,
  value: Marks[K] | undefined,
  at: number,
): void {
  if (value === undefined) dropSetting(db, key)
  else put(db, key, value, at)
}

function put(db: Db, key: string, value: unknown, at: number): void {
  db.sql(
    `INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  ).run(key, JSON.stringify(value), at)
}
