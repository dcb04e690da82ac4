/**
 * Owns the text and bars of live progress, as pure functions.
 * Must never write anything: `progress-view.ts` does.
 */

import type { Batch, DoneBy } from '../../contract/entities.ts'
import { doneByWords } from '../../contract/moments.ts'
import { batchStatusWords } from '../../contract/states.ts'
import { batchName, countOf, doneJobs, rate } from '../../contract/words.ts'
import type { Paint } from '../io.ts'
import { ran } from './batch.ts'
import { pad, shorten, widthOf } from './width.ts'

export type ProgressState = {
  now: number
  running: Batch | null
  jobsPerMinute: number | null
  /** Of the running batch, and of the last batch of the queue. */
  doneBy: DoneBy | null
  queueDoneBy: DoneBy | null
  /** Over all batches seen in the queue since we began to watch. */
  queue: { batches: number; finished: number; jobs: number; done: number }
  /** Why nothing runs, shown while nothing does. */
  sentence: string
}

/** Two lines of at most `columns` columns: the batch and the queue. */
export function progressLines(state: ProgressState, columns: number, paint: Paint): [string, string] {
  const { running, queue } = state
  const barColumns = Math.max(8, Math.min(30, Math.floor(columns / 4)))
  const first =
    running === null
      ? shorten(state.sentence, columns)
      : line(batchName(running), doneJobs(running.jobs), running.jobs.total, barColumns, columns, paint, [
          running.jobs.failed > 0 ? paint('red', `${running.jobs.failed} failed`) : '',
          state.jobsPerMinute === null ? '' : rate(state.jobsPerMinute),
          state.doneBy === null ? '' : doneByWords(state.doneBy, state.now),
        ])
  const label = `queue: ${queue.finished} of ${countOf(queue.batches, 'batch')}`
  const second = line(label, queue.done, queue.jobs, barColumns, columns, paint, [
    state.queueDoneBy === null ? '' : doneByWords(state.queueDoneBy, state.now),
  ])
  return [first, second]
}

const LABEL_COLUMNS = 32

function line(
  label: string,
  count: number,
  total: number,
  barColumns: number,
  columns: number,
  paint: Paint,
  facts: readonly string[],
): string {
  const labelColumns = Math.min(LABEL_COLUMNS, Math.max(10, Math.floor(columns / 3)))
  const counts = `${count} of ${total}`
  const head = `${pad(shorten(label, labelColumns), labelColumns)} ${bar(count, total, barColumns, paint)} ${counts}`
  let text = head
  for (const fact of facts) {
    // A fact that doesn't fit is left out whole; half a time would be a wrong one.
    if (fact !== '' && widthOf(text) + 2 + widthOf(fact) <= columns) text += `  ${fact}`
  }
  return widthOf(head) <= columns ? text : shorten(`${label} ${counts}`, columns)
}

/** `[#####.....]`; full only when everything is done, empty only when nothing is. */
export function bar(count: number, total: number, columns: number, paint: Paint): string {
  const share = total === 0 ? 0 : count / total
  let full = Math.floor(share * columns)
  if (count > 0 && full === 0) full = 1
  if (count < total && full === columns) full = columns - 1
  return `[${paint('green', '#'.repeat(full))}${paint('dim', '.'.repeat(columns - full))}]`
}

/** What was last reported about a batch, when, and since when it has been running. */
export type Reported = { batch: Batch; at: number; since: number }

/** What to remember once a line about this batch was printed (or it was seen for the first time). */
export function reportedAs(before: Reported | undefined, batch: Batch, now: number): Reported {
  const unchanged = before !== undefined && before.batch.status === batch.status
  return { batch, at: now, since: unchanged ? before.since : now }
}

const APART_MS = 5_000
const SIGN_OF_LIFE_MS = 30_000

/**
 * The next line of text: a change of status, each tenth of the jobs (at most every 5 s), and a progress line
 * after 30 s or, when it takes long, after a twentieth of the time so far: the log of days stays readable.
 */
export function changeLine(
  reported: Reported | undefined,
  batch: Batch,
  now: number,
  doneBy: DoneBy | null = null,
): string | undefined {
  const counts = `${doneJobs(batch.jobs)} of ${batch.jobs.total}`
  const failures = batch.jobs.failed > 0 ? `, ${batch.jobs.failed} failed` : ''
  if (reported === undefined && batch.status !== 'running') return undefined
  if (reported === undefined || reported.batch.status !== batch.status) {
    const why = batch.error ?? batch.reason
    const cancelled = batch.jobs.cancelled > 0 ? `, ${batch.jobs.cancelled} cancelled` : ''
    return `${batchName(batch)}: ${batchStatusWords[batch.status]}, ${ran(batch)} of ${batch.jobs.total}${failures}${cancelled}${why === null ? '' : `; ${why}`}`
  }
  if (batch.status !== 'running' || doneJobs(batch.jobs) === doneJobs(reported.batch.jobs)) return undefined
  const percent = (one: Batch): number => Math.floor((doneJobs(one.jobs) * 100) / Math.max(1, one.jobs.total))
  const silence = now - reported.at
  const tenth = Math.floor(percent(batch) / 10) !== Math.floor(percent(reported.batch) / 10)
  if (!(tenth && silence >= APART_MS) && silence < Math.max(SIGN_OF_LIFE_MS, (now - reported.since) / 20))
    return undefined
  const expected = doneBy === null ? '' : `, ${doneByWords(doneBy, now)}`
  return `${batchName(batch)}: ${percent(batch)} %, ${counts}${failures}${expected}`
}
