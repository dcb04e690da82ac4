/**
 * Owns how a stored batch is run: its options as read from the database, with defaults for what an older
 * version did not store, and the paths of its logs.
 */
import path from 'node:path'
import { z } from 'zod'
import { jobPlaceSchema } from '../../contract/places.ts'
import type { Reason } from '../../contract/reasons.ts'
import type { BatchRow, JobRow } from '../queue/rows.ts'
import { type JobCommand, readStored, type Stored, textsSchema } from '../queue/stored.ts'

const whole = z.number().int().nonnegative()

const optionsSchema = z.looseObject({
  parallel: whole.min(1).max(10_000).default(1),
  /** Where the jobs run; null is this machine. */
  place: jobPlaceSchema.nullable().default(null),
  timeoutMs: whole.min(1).nullable().default(null),
  retries: z
    .object({ times: whole, delayMs: whole, backoff: z.number().nonnegative() })
    .default({ times: 0, delayMs: 0, backoff: 1 }),
  stopOnFailure: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('never') }),
      z.object({ kind: z.literal('first') }),
      z.object({ kind: z.literal('share'), share: z.number() }),
    ])
    .default({ kind: 'never' }),
  logLimitBytes: whole.default(64 * 1024 * 1024),
  cwd: z.string().default('/'),
  env: textsSchema.default({}),
  /** PATH of the user who added the batch: programs are found where they were when it was checked. */
  searchPath: z.string().nullable().default(null),
  /** Files that every job reads; null in a batch of an earlier version, which kept nothing of them. */
  reads: z.array(z.string()).nullable().default(null),
})
export type RunOptions = z.infer<typeof optionsSchema>

const defaults = optionsSchema.parse({})

/** Looked at several times for each job, and for all jobs of a batch the same. */
let latest: { text: string; read: Stored<RunOptions> } = { text: '', read: readOptionsAnew('') }

function readOptionsAnew(text: string): Stored<RunOptions> {
  return readStored<RunOptions>(optionsSchema, text)
}

/** Options of a batch, or what is wrong with them. */
export function readOptions({ options }: Pick<BatchRow, 'options'>): Stored<Readonly<RunOptions>> {
  if (options !== latest.text) latest = { text: options, read: readOptionsAnew(options) }
  return latest.read
}

/** Options of a batch; those of one that says nothing where they can't be read: it is paused before a job of it starts. */
export function runOptions(row: Pick<BatchRow, 'options'>): Readonly<RunOptions> {
  const read = readOptions(row)
  return read.ok ? read.value : defaults
}

/** Why none of its jobs may start, whoever asks; null where they may. */
export function quarantine(row: Pick<BatchRow, 'options'>): Reason | null {
  const read = readOptions(row)
  return read.ok ? null : { code: 'unreadable', part: 'options', problem: read.problem }
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
