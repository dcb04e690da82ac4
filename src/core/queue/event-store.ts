/**
 * Owns writing the audit trail. Events are in the past tense and append-only; reading is in queries.
 */
import type { Reason, Why } from '../../contract/reasons.ts'
import type { Db } from '../db/db.ts'
import type { Context } from './context.ts'

export type NewEvent = {
  kind: string
  batchId?: string
  jobId?: number
  from?: string
  to?: string
  reason?: Why
  details?: Record<string, unknown>
}

/** The columns of a reason: a person's own words, or a code and its values. */
export type ReasonColumns = { words: string | null; code: Reason['code'] | null; values: string | null }

export function reasonColumns(why: Why): ReasonColumns {
  if (why === null || typeof why === 'string') return { words: why, code: null, values: null }
  const { code, ...values } = why
  return { words: null, code, values: JSON.stringify(values) }
}

/** Appends one event inside the caller's transaction. */
export function recordEvent(db: Db, context: Context, event: NewEvent): void {
  const reason = reasonColumns(event.reason ?? null)
  db.sql(
    `INSERT INTO events (at, kind, batch_id, job_id, from_status, to_status, actor, host_id, origin_from,
                         origin_command, origin_folder, reason, reason_code, reason_values, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    context.at,
    event.kind,
    event.batchId ?? null,
    event.jobId ?? null,
    event.from ?? null,
    event.to ?? null,
    context.actor,
    context.hostId,
    context.origin?.from ?? null,
    context.origin?.command ?? null,
    context.origin?.folder ?? null,
    reason.words,
    reason.code,
    reason.values,
    JSON.stringify(event.details ?? {}),
  )
}
