/**
 * Owns the words that tray, menus and notifications use for a batch. Pure.
 */
import type { Batch } from '../contract/entities.ts'
import { batchStatusWords } from '../contract/states.ts'
import { duration } from '../core/insight/phrases.ts'

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
      : ` in ${duration(batch.completedAt - batch.startedAt)}`
  const why = batch.reason ?? batch.error
  const failures = failed > 0 ? `, ${failed} failed` : ''
  const counts = `${succeeded} of ${total} ${total === 1 ? 'job' : 'jobs'} succeeded${failures}`
  return `${batchStatusWords[batch.status]}${took}: ${counts}${why === null ? '' : ` (${why})`}`
}
