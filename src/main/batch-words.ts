/**
 * Owns the words that tray, menus and notifications use for a batch. Pure.
 */
import type { Batch } from '../contract/entities.ts'
import { batchStatusWords } from '../contract/states.ts'

/** '43 of 120, 36 %' */
export function progressOf(batch: Batch): string {
  const done = doneOf(batch)
  const percent = batch.jobs.total === 0 ? 0 : Math.floor((done / batch.jobs.total) * 100)
  return `${done} of ${batch.jobs.total}, ${percent} %`
}

/** Finished jobs. */
export function doneOf(batch: Batch): number {
  return batch.jobs.succeeded + batch.jobs.failed + batch.jobs.cancelled
}

/** 'completed in 4 min 10 s: 120 of 120 jobs succeeded' */
export function resultOf(batch: Batch): string {
  const { succeeded, failed, total } = batch.jobs
  const took =
    batch.startedAt === null || batch.completedAt === null
      ? ''
      : ` in ${durationWords(batch.completedAt - batch.startedAt)}`
  const why = batch.reason ?? batch.error
  const failures = failed > 0 ? `, ${failed} failed` : ''
  const counts = `${succeeded} of ${total} ${total === 1 ? 'job' : 'jobs'} succeeded${failures}`
  return `${batchStatusWords[batch.status]}${took}: ${counts}${why === null ? '' : ` (${why})`}`
}

/** '850 ms', '12 s', '4 min 10 s', '2 h 5 min' */
export function durationWords(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return minutes % 60 === 0
    ? `${Math.floor(minutes / 60)} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
