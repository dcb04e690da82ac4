/**
 * Owns writing the audit trail. Events are in the past tense and append-only; reading is in queries.
 */
import type { Db } from '../db/db.ts'
import type { Context } from './context.ts'

export type NewEvent = {
  kind: string
  batchId?: string
  jobId?: number
  from?: string
  to?: string
  reason?: string | null
  details?: Record<string, unknown>
}

/** Appends one event inside the caller's transaction. */
export function recordEvent(db: Db, context: Context, event: NewEvent): void {
  db.sql(
    `INSERT INTO events (at, kind, batch_id, job_id, from_status, to_status, actor, host_id, origin, reason, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    context.at,
    event.kind,
    event.batchId ?? null,
    event.jobId ?? null,
    event.from ?? null,
    event.to ?? null,
    context.actor,
    context.hostId,
    context.origin,
    event.reason ?? null,
    JSON.stringify(event.details ?? {}),
  )
}
