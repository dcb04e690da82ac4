/**
 * Owns what a configuration will become: the batches, their options and their stream of jobs.
 * Must never create anything, nor hold all inputs of a batch in memory.
 */
import type { Checked } from './problem.ts'
import type { Configuration } from './read.ts'

/** How a batch runs; plain JSON, stored with the batch. */
export type BatchOptions = {
  /** Jobs at once, 1 to 256. */
  parallel: number
  /** Of awake time, for each attempt; null is no limit. */
  timeoutMs: number | null
  retries: { times: number; delayMs: number; backoff: number }
  stopOnFailure: { kind: 'never' } | { kind: 'first' } | { kind: 'share'; share: number }
  logLimitBytes: number
  priority: number
  /** Absolute. */
  cwd: string
  env: Record<string, string>
  shell: boolean
}

/** One command over one input, exactly as it will be started. */
export type PlannedJob = {
  /** 1-based; `{number}` is the ordinal, `{index}` one less. */
  ordinal: number
  /** What people call it: a file's path relative to the project folder, a row ('north, 2026'), a value. */
  input: string
  /** Exact; with `shell: true` the shell and one string in which every placeholder's value is quoted. */
  argv: string[]
  /** Only when it has placeholders; null means the batch's. */
  cwd: string | null
  /** Only the entries with placeholders, rendered; null when there are none. */
  env: Record<string, string> | null
  /** Files (absolute) without which a job that exits 0 has failed. */
  expect: { file: string; nonEmpty: boolean }[]
  /** 32 hex characters; the same in another batch when everything but `{batch}` is the same. */
  commandHash: string
}

/** One batch that would be created: one for each batch type, or one for each slice of a sliced range. */
export type BatchPlan = {
  type: string
  /** Inclusive. */
  range: { start: number; end: number } | null
  /** Batch types that have to complete first. */
  after: string[]
  options: BatchOptions
  jobCount: number
  /** Over all command hashes, in order: shows whether inputs have changed since planning. */
  digest: string
  /** First and last up to three jobs, with '#' for the batch number. */
  preview: PlannedJob[]
  /** Streams the jobs in order; never holds all inputs. Reads the inputs again at every call. */
  jobs(batch: { number: number }): AsyncIterable<PlannedJob>
}

/** Plans all batch types (or the chosen ones); nothing is planned unless everything is valid. */
export async function planBatches(
  configuration: Configuration,
  _options: { types?: string[] },
): Promise<Checked<BatchPlan[]>> {
  throw new Error(`planning ${configuration.name} is not built yet`)
}
