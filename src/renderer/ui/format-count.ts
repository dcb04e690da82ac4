/**
 * Owns how counts, sizes, rates and batches are written. Pure.
 */
import { type NamedBatch, batchName as nameOf } from '../../contract/batch-name.ts'
import type { JobCounts } from '../../contract/entities.ts'

const whole = new Intl.NumberFormat('en')

/** `12,345`. */
export function count(value: number): string {
  return whole.format(value)
}

/** `1 job`, `12,345 jobs`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`
}

/** `832 B`, `1.4 kB`, `81 GB`: decimal units, at most three digits. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1_000
    unit += 1
  }
  const digits = unit === 0 || size >= 99.5 ? 0 : size >= 9.95 ? 0 : 1
  return `${size.toFixed(digits)} ${units[unit]}`
}

/** Jobs per minute, or per hour or day when that reads better: `12/min`, `40/h`. */
export function rate(perMinute: number): string {
  if (perMinute >= 10) return `${Math.round(perMinute)}/min`
  if (perMinute >= 1) return `${perMinute.toFixed(1)}/min`
  if (perMinute * 60 >= 1) return `${Math.round(perMinute * 60)}/h`
  return `${(perMinute * 1_440).toFixed(1)}/day`
}

/** Jobs that have a verdict. */
export function doneJobs(jobs: JobCounts): number {
  return jobs.succeeded + jobs.failed + jobs.cancelled
}

/** Share of the jobs that have a verdict, as whole percent; 100 only when all have. */
export function percentDone(jobs: JobCounts): number {
  return jobs.total === 0 ? 0 : Math.floor((doneJobs(jobs) / jobs.total) * 100)
}

/** `#12 flood-2026 · portfolio`: a batch in a sentence. */
export function batchName(batch: NamedBatch): string {
  return nameOf(batch, '·')
}
