/**
 * Owns the shape of rows as SQLite gives them, and the way from a row to the contract's entities.
 */
import type { Attempt, Batch, Job } from '../../contract/entities.ts'
import { type BatchStatus, isFinal, type JobStatus } from '../../contract/states.ts'

export type BatchRow = {
  number: number
  id: string
  configuration_id: number
  batch_type: string
  status: BatchStatus
  position: number | null
  priority: number
  duplicate_of: string | null
  range_start: number | null
  range_end: number | null
  sealed: number
  claim_token: string | null
  created_at: number
  queued_at: number | null
  started_at: number | null
  last_job_finished_at: number | null
  completed_at: number | null
  error: string | null
  reason: string | null
  jobs_total: number
  jobs_pending: number
  jobs_running: number
  jobs_succeeded: number
  jobs_failed: number
  jobs_cancelled: number
  options: string
  host_id: string | null
  pause_requested: number
  continues: string | null
  run: number
  closed_by: string | null
  seen_at: number | null
  cleared_at: number | null
}

/** A batch with what its entity needs from other tables. */
export type BatchEntityRow = BatchRow & {
  configuration_name: string
  spec_path: string
  project_path: string
  waits_for: string | null
  is_stop_after: number
}

export type JobRow = {
  id: number
  batch_id: string
  ordinal: number
  status: JobStatus
  input: string
  attempts: number
  exit_code: number | null
  started_at: number | null
  completed_at: number | null
  error: string | null
  signal: string | null
  duration_ms: number | null
  failures: number
  host_losses: number
  not_before: number | null
  command: string
  command_hash: string
  claim_token: string | null
}

export type AttemptRow = {
  job_id: number
  ordinal: number
  number: number
  outcome: Attempt['outcome']
  started_at: number
  ended_at: number
  awake_ms: number
  exit_code: number | null
  signal: string | null
  error: string | null
  user_ms: number | null
  system_ms: number | null
  max_rss_kb: number | null
  log_bytes: number
  host_id: string | null
}

/** 'waits for #14, which failed' from '#14|failed,#15|queued,+portfolio' (a '+' marks a type never added). */
function waitSentence(holds: string | null): string | null {
  if (!holds) return null
  const parts = holds.split(',').map((hold) => {
    if (hold.startsWith('+')) return `${hold.slice(1)}, which has not been added`
    const [name = '', status = ''] = hold.split('|')
    return isFinal(status as BatchStatus) ? `${name}, which ${finalWords[status] ?? status}` : name
  })
  const [first, second, third] = parts
  if (parts.length <= 3)
    return `waits for ${[first, second, third].filter((part) => part !== undefined).join(' and ')}`
  return `waits for ${first} and ${parts.length - 1} more`
}

/** Slipway itself queues only what is sealed; somebody else may have added the row. */
const unsealedWait = 'waits to be sealed by whoever adds its jobs'

const finalWords: Readonly<Record<string, string>> = {
  completed_with_errors: 'completed with errors',
  failed: 'failed',
  cancelled: 'was cancelled',
}

/** The batch as people and scripts read it. */
export function toBatch(row: BatchEntityRow): Batch {
  return {
    id: row.id,
    number: row.number,
    configuration: row.configuration_name,
    type: row.batch_type,
    status: row.status,
    position: row.position,
    priority: row.priority,
    duplicateOf: row.duplicate_of,
    range:
      row.range_start === null || row.range_end === null
        ? null
        : { start: row.range_start, end: row.range_end },
    jobs: {
      total: row.jobs_total,
      pending: row.jobs_pending,
      running: row.jobs_running,
      succeeded: row.jobs_succeeded,
      failed: row.jobs_failed,
      cancelled: row.jobs_cancelled,
    },
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    error: row.error,
    reason: row.reason,
    queuedAt: row.queued_at,
    lastJobFinishedAt: row.last_job_finished_at,
    sealed: row.sealed === 1,
    specPath: row.spec_path,
    projectPath: row.project_path,
    pausing: row.status === 'running' && row.pause_requested > 0,
    waitsFor: row.status !== 'queued' ? null : row.sealed === 0 ? unsealedWait : waitSentence(row.waits_for),
    continues: row.continues,
    seen: row.completed_at === null || row.seen_at !== null,
    stopAfter: row.is_stop_after === 1,
  }
}

/** The job as people and scripts read it. */
export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    ordinal: row.ordinal,
    status: row.status,
    input: row.input,
    attempts: row.attempts,
    exitCode: row.exit_code,
    signal: row.signal,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    durationMs: row.duration_ms,
    error: row.error,
  }
}

/** The attempt as people and scripts read it. */
export function toAttempt(row: AttemptRow): Attempt {
  return {
    jobId: row.job_id,
    ordinal: row.ordinal,
    number: row.number,
    outcome: row.outcome,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    awakeMs: row.awake_ms,
    exitCode: row.exit_code,
    signal: row.signal,
    error: row.error,
    userMs: row.user_ms,
    systemMs: row.system_ms,
    maxRssKb: row.max_rss_kb,
    logBytes: row.log_bytes,
    hostId: row.host_id,
  }
}
