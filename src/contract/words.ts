/**
 * Owns how counts, sizes, durations, rates and batches are written: the same in the panel, on the command line, in
 * notifications, reports and sentences. Pure. Clock times are in `moments.ts`.
 */
import prettyBytes from 'pretty-bytes'
import prettyMilliseconds from 'pretty-ms'
import { escaped } from './escapes.ts'
import { type BatchStatus, batchStatusWords } from './states.ts'

/** One megabyte: sizes are decimal everywhere, as disks and `prettyBytes` have them. */
export const MB = 1_000_000

/** '1,234'. */
export function amount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** '1 job', '1,200 jobs', '2 batches'; `many` where adding -s or -es is wrong. */
export function countOf(value: number, one: string, many: string = plural(one)): string {
  return `${amount(value)} ${value === 1 ? one : many}`
}

function plural(noun: string): string {
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`
}

/** '832 B', '1.4 kB', '81.4 GB': decimal units, three digits. */
export function bytes(value: number): string {
  return prettyBytes(value)
}

/** '340ms', '4.2s', '42s', '3m 12s', '3h 12m', '2d 4h': the two largest units. A negative time counts as none. */
export function duration(ms: number): string {
  const shown = ms < 10_000 ? Math.max(0, ms) : Math.round(ms / 1_000) * 1_000
  return prettyMilliseconds(shown, { unitCount: 2, hideYear: true })
}

/** 'just now', '12s ago', '3m ago', '4d ago': the largest unit is enough. */
export function ago(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs
  return ms < 2_000 ? 'just now' : `${prettyMilliseconds(ms, { compact: true, hideYear: true })} ago`
}

/** '8.3/s', '12/min', '4.5/h', '2/day': the unit in which a number of jobs per minute is easiest to read. */
export function rate(perMinute: number): string {
  if (perMinute >= 120) return `${twoDigits(perMinute / 60)}/s`
  if (perMinute >= 1) return `${twoDigits(perMinute)}/min`
  if (perMinute * 60 >= 1) return `${twoDigits(perMinute * 60)}/h`
  return `${twoDigits(perMinute * 1_440)}/day`
}

function twoDigits(value: number): string {
  return value >= 9.95 ? amount(Math.round(value)) : String(Math.round(value * 10) / 10)
}

/** '99.2 %'; never '100 %' or '0 %' when that is only rounding. */
export function share(part: number): string {
  const percent = part * 100
  if (percent > 99.9 && percent < 100) return '99.9 %'
  if (percent > 0 && percent < 0.1) return '0.1 %'
  return `${Math.round(percent * 10) / 10} %`
}

/** 'a', 'a and b', 'a, b and c'. */
export function listed(parts: readonly string[]): string {
  if (parts.length <= 1) return parts[0] ?? ''
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** A sentence of half a one: 'stopped at the first failure' begins with a capital. */
export function inFull(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** The text on one line, cut at `length` characters with an ellipsis. */
export function brief(text: string, length = 160): string {
  const line = escaped(text.replace(/\s+/g, ' ').trim())
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`
}

// The shapes below are parts of entities.ts, which imports this file through reasons.ts.
type Range = { start: number; end: number }
type JobCounts = { total: number; succeeded: number; failed: number; cancelled: number }
type EndedBatch = {
  status: BatchStatus
  jobs: JobCounts
  startedAt: number | null
  completedAt: number | null
  reason: string | null
  error: string | null
}

/** What a batch's name is made of. */
export type NamedBatch = { number: number; configuration: string; type: string; range: Range | null }

/** '0-9', and '-5..-3' because '-5--3' is unreadable; both ends are included. `queries.ts` has the same in SQL. */
export function rangeWords({ start, end }: Range): string {
  return start < 0 ? `${start}..${end}` : `${start}-${end}`
}

/** 'evolve 0-9', 'portfolio': what runs, without the configuration. */
export function typeAndRange({ type, range }: Pick<NamedBatch, 'type' | 'range'>): string {
  return escaped(range === null ? type : `${type} ${rangeWords(range)}`)
}

/** '#12 flood-2026 / evolve 0-9', safe on a terminal. */
export function batchName(batch: NamedBatch): string {
  return `#${batch.number} ${escaped(batch.configuration)} / ${typeAndRange(batch)}`
}

/** The name of one batch, or '3 batches'. */
export function batchNames(batches: readonly NamedBatch[]): string {
  const [only] = batches
  return only && batches.length === 1 ? batchName(only) : countOf(batches.length, 'batch')
}

/** 'queued', 'running, about to pause', 'adding jobs (192,000 so far)'. */
export function statusWords(batch: {
  status: BatchStatus
  pausing: boolean
  sealed: boolean
  expands: 'when-added' | 'when-claimed'
  jobs: JobCounts
}): string {
  if (batch.pausing) return 'running, about to pause'
  const isFilling = !batch.sealed && batch.expands === 'when-added'
  if (batch.status === 'initiated' && isFilling) return `adding jobs (${amount(batch.jobs.total)} so far)`
  return batchStatusWords[batch.status]
}

/** Jobs that will not run any more: those with a verdict, and cancelled ones. */
export function doneJobs(jobs: JobCounts): number {
  return jobs.succeeded + jobs.failed + jobs.cancelled
}

/** Share of the jobs that are done, as whole percent; 100 only when all are. */
export function percentDone(jobs: JobCounts): number {
  return jobs.total === 0 ? 0 : Math.floor((doneJobs(jobs) / jobs.total) * 100)
}

/** '43 of 120, 36 %'. */
export function progressWords(jobs: JobCounts): string {
  return `${amount(doneJobs(jobs))} of ${amount(jobs.total)}, ${percentDone(jobs)} %`
}

/** 'completed in 4m 10s: 118 of 120 jobs succeeded, 2 failed'. */
export function resultWords(batch: EndedBatch): string {
  const { succeeded, failed, total } = batch.jobs
  const took =
    batch.startedAt === null || batch.completedAt === null
      ? ''
      : ` in ${duration(batch.completedAt - batch.startedAt)}`
  const why = batch.reason ?? batch.error
  const failures = failed > 0 ? `, ${amount(failed)} failed` : ''
  const counts = `${amount(succeeded)} of ${countOf(total, 'job')} succeeded${failures}`
  return `${batchStatusWords[batch.status]}${took}: ${counts}${why === null ? '' : `; ${why}`}`
}
