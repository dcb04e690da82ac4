/** Owns the core's sentences on this reader's clock. */
import type { Batch, QueueState } from '../../contract/entities.ts'
import { doneByWords, type HourCycle, moment } from '../../contract/moments.ts'
import { amount, batchName, countOf, statusWords } from '../../contract/words.ts'

/** What the queue does, with its time on this reader's clock, which may be in another zone than the core's. */
export function headlineWords(
  { text, doneBy }: QueueState['headline'],
  nowMs: number,
  cycle: HourCycle,
): string {
  return doneBy === null ? text : `${text}, ${doneByWords(doneBy, nowMs, cycle)}`
}

/** '#12 flood-2026 / portfolio has been running since 18:02: 27 of 201 jobs succeeded, 3 failed, 171 open'. */
export function standingWords(batch: Batch, nowMs: number, cycle: HourCycle): string {
  const { total, succeeded, failed, cancelled, pending, running } = batch.jobs
  const since = moment(batch.startedAt ?? batch.queuedAt ?? batch.createdAt, nowMs, cycle)
  const parts = [
    `${amount(succeeded)} of ${countOf(total, 'job')} succeeded`,
    failed > 0 ? `${amount(failed)} failed` : '',
    cancelled > 0 ? `${amount(cancelled)} cancelled` : '',
    `${amount(pending + running)} open`,
  ]
  const counts = parts.filter((part) => part !== '').join(', ')
  return `${batchName(batch)} has been ${statusWords(batch)} since ${since}: ${counts}`
}
