/**
 * Owns how a stored batch is run: its options as read from the database, with defaults for what an older
 * version did not store, and the paths of its logs.
 */
import path from 'node:path'
import type { JobPlace } from '../../contract/places.ts'
import type { Reason } from '../../contract/reasons.ts'
import type { JobCommand } from '../queue/job-store.ts'
import type { BatchRow, JobRow } from '../queue/rows.ts'

export type RunOptions = {
  parallel: number
  /** Where the jobs run; null is this machine. */
  place: JobPlace | null
  timeoutMs: number | null
  retries: { times: number; delayMs: number; backoff: number }
  stopOnFailure: { kind: 'never' } | { kind: 'first' } | { kind: 'share'; share: number }
  logLimitBytes: number
  cwd: string
  env: Record<string, string>
  /** PATH of the user who added the batch: programs are found where they were when it was checked. */
  searchPath: string | null
  /** Files that every job reads; null in a batch of an earlier version, which kept nothing of them. */
  reads: string[] | null
}

const defaults: RunOptions = {
  parallel: 1,
  place: null,
  timeoutMs: null,
  retries: { times: 0, delayMs: 0, backoff: 1 },
  stopOnFailure: { kind: 'never' },
  logLimitBytes: 64 * 1024 * 1024,
  cwd: '/',
  env: {},
  searchPath: null,
  reads: null,
}

/** Options of a batch. */
export function runOptions(row: Pick<BatchRow, 'options'>): Readonly<RunOptions> {
  return { ...defaults, ...(JSON.parse(row.options) as Partial<RunOptions>) }
}

/** Why the batch's own rule stops it, or null: derived from the counters, so that any host comes to the same. */
export function stopRule(
  options: RunOptions,
  row: Pick<BatchRow, 'jobs_failed' | 'jobs_total' | 'failed_before'>,
): Reason | null {
  const rule = options.stopOnFailure
  const failed = row.jobs_failed - row.failed_before // the rule is about this run
  if (rule.kind === 'never' || failed <= 0) return null
  if (rule.kind === 'first') return { code: 'stopped-at-first-failure' }
  if (failed < rule.share * row.jobs_total) return null
  return { code: 'stopped-at-share', failed, total: row.jobs_total, share: rule.share }
}

/** Log of one attempt: `<home>/logs/<batch>/<thousands>/<ordinal>.<attempt>.log`. */
export function logPath(home: string, batchNumber: number, ordinal: number, attempt: number): string {
  return path.join(
    home,
    'logs',
    String(batchNumber),
    String(Math.floor(ordinal / 1_000)),
    `${ordinal}.${attempt}.log`,
  )
}

/** Name of an attempt, also across hosts: `<job id>.<attempt number>`. */
export function attemptKey(job: { id: number; attempts: number }): string {
  return `${job.id}.${job.attempts}`
}

/** Variables of a job beyond the host's environment. */
export function environmentOf(
  options: RunOptions,
  command: JobCommand,
  batch: Pick<BatchRow, 'number'>,
  job: JobRow,
): Record<string, string> {
  return {
    ...(options.searchPath === null ? {} : { PATH: options.searchPath }),
    ...options.env,
    ...command.env,
    SLIPWAY_BATCH: String(batch.number),
    SLIPWAY_JOB: String(job.ordinal),
  }
}
