/**
 * Owns the shape of rows as SQLite gives them, and the way from a row to the contract's entities.
 */
import type { Attempt, Batch, Job } from '../../contract/entities.ts'
import { doneBySentence, readReason, reasonSentence } from '../../contract/reasons.ts'
import type { BatchStatus, Expansion, JobStatus } from '../../contract/states.ts'
import type { WaitsFor } from '../../contract/waits.ts'

export type BatchRow = {
  number: number
  id: string
  configuration_id: number
  batch_type: string
  status: BatchStatus
  position: number | null
  /** Of a queued batch: the order of the queue. */
  rank: number | null
  priority: number
  duplicate_of: string | null
  range_start: number | null
  range_end: number | null
  sealed: number
  cut_off: number
  rerun_since: number | null
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
  expands: Expansion
  failed_before: number
  reason_code: string | null
  reason_values: string | null
}

/** A batch with what its entity needs from other tables. */
export type BatchEntityRow = BatchRow & {
  configuration_name: string
  spec_path: string
  project_path: string
  /** JSON: what it waits for, a link each. */
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
  done_by: number | null
  /** Of the last attempt on a cluster, where a query selects it. */
  node?: string | null
  queued_ms?: number | null
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
  node: string | null
  queued_ms: number | null
}

/** The reason of a batch or event as a sentence. */
export function reasonOf(row: Pick<BatchRow, 'reason' | 'reason_code' | 'reason_values'>): string | null {
  const reason = readReason(row.reason_code, row.reason_values)
  return reason === null ? (row.reason ?? row.reason_code) : reasonSentence(reason)
}

type Link = { number: number | null; type: string; status: BatchStatus }

function waitsFor(row: BatchEntityRow): WaitsFor | null {
  if (row.status !== 'queued') return null
  const links = row.waits_for === null ? [] : (JSON.parse(row.waits_for) as Link[])
  const unsealed = row.sealed === 0 && row.expands === 'when-added'
  if (links.length === 0 && !unsealed) return null
  return {
    batches: links.flatMap(({ number, type, status }) => (number === null ? [] : [{ number, type, status }])),
    types: links.filter((link) => link.number === null).map((link) => link.type),
    unsealed,
    inputs: row.sealed === 0 && row.expands === 'when-claimed',
  }
}

/** The numbers that a slice of a range covers, both included; null for a batch of anything else. */
export function rangeOf(row: Pick<BatchRow, 'range_start' | 'range_end'>): Batch['range'] {
  const { range_start: start, range_end: end } = row
  return start === null || end === null ? null : { start, end }
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
    range: rangeOf(row),
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
    reason: reasonOf(row),
    cause: readReason(row.reason_code, row.reason_values),
    queuedAt: row.queued_at,
    lastJobFinishedAt: row.last_job_finished_at,
    sealed: row.sealed === 1,
    expands: row.expands,
    specPath: row.spec_path,
    projectPath: row.project_path,
    pausing: row.status === 'running' && row.pause_requested > 0,
    waitsFor: waitsFor(row),
    continues: row.continues,
    seen: row.completed_at === null || row.seen_at !== null,
    stopAfter: row.is_stop_after === 1,
    ...clusterOf(row.options),
  }
}

/** Most batches run on this machine: their options are not parsed for it. */
function clusterOf(options: string): Pick<Batch, 'cluster'> {
  if (!options.includes('"place":{')) return {}
  const { place } = JSON.parse(options) as { place?: { name: string } | null }
  return place ? { cluster: place.name } : {}
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
    error: row.done_by === null ? row.error : doneBySentence(row.done_by),
    doneByBatch: row.done_by,
    ...(row.node == null ? {} : { node: row.node, queuedMs: row.queued_ms ?? 0 }),
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
    node: row.node,
    queuedMs: row.queued_ms,
  }
}
