/** Owns how batches and jobs are named and tabled for people. */

import type { Batch, Job } from '../../contract/entities.ts'
import { escaped } from '../../contract/escapes.ts'
import { moment } from '../../contract/moments.ts'
import { waitSentence } from '../../contract/waits.ts'
import { batchName, countOf, duration, statusWords } from '../../contract/words.ts'
import type { Paint } from '../io.ts'
import { type Column, table } from './table.ts'
import { shorten, widthOf } from './width.ts'

const STATUS_COLOURS = {
  initiated: 'gray',
  queued: 'cyan',
  running: 'blue',
  paused: 'yellow',
  completed: 'green',
  completed_with_errors: 'yellow',
  failed: 'red',
  cancelled: 'gray',
} as const

/** The status in words, coloured. */
export function statusWord(batch: Batch, paint: Paint): string {
  return paint(STATUS_COLOURS[batch.status], statusWords(batch))
}

/** Jobs that ran to a verdict. */
export function ran(batch: Pick<Batch, 'jobs'>): number {
  return batch.jobs.succeeded + batch.jobs.failed
}

const COLUMNS: readonly (Column & { title: Title })[] = [
  { title: 'POS', align: 'right' },
  { title: 'BATCH' },
  { title: 'STATUS' },
  { title: 'DONE', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'PRIORITY', align: 'right' },
  { title: 'SINCE' },
  { title: 'NOTE' },
]

/** A name is never cut below this many columns, unless the terminal has room for no more. */
const LEAST_NAME = 30
const NARROWEST_NAME = 12

/** Columns that are dropped, in this order, on a narrow terminal. */
const EXPENDABLE = ['SINCE', 'PRIORITY', 'FAILED', 'STATUS']

/** The name in at most `columns`: its configuration is cut first, as the type distinguishes rows. */
function nameWithin(batch: Batch, columns: number): string {
  const whole = batchName(batch)
  const room = columns - widthOf(batchName({ ...batch, configuration: '' }))
  if (widthOf(whole) <= columns || room < 4) return shorten(whole, columns)
  return batchName({ ...batch, configuration: shorten(escaped(batch.configuration), room) })
}

/**
 * The table of `slipway list`; columns with nothing in them are left out. Where it is wider than `columns`, long names
 * are cut; where even that is too wide, columns go and notes stand below their row.
 */
export function batchTable(
  batches: readonly Batch[],
  paint: Paint,
  now: number,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const rows = batches.map((batch) => cellsOf(batch, paint, now))
  const shown = COLUMNS.filter(
    ({ title }) =>
      !['FAILED', 'PRIORITY', 'NOTE'].includes(title) || rows.some((row) => !['', '-'].includes(row[title])),
  )
  const widthWithout = (left: readonly string[]): number =>
    shown
      .filter(({ title }) => title !== 'NOTE' && !left.includes(title))
      .reduce(
        (sum, { title }) => sum + 2 + Math.max(title.length, ...rows.map((row) => widthOf(row[title]))),
        -2,
      )
  const longest = Math.max(0, ...rows.map((row) => widthOf(row.BATCH)))
  const fits = (left: readonly string[]): boolean =>
    widthWithout(left) - longest + Math.min(longest, NARROWEST_NAME) <= columns
  const left: string[] = []
  for (const title of EXPENDABLE) if (!fits(left)) left.push(title)
  const excess = widthWithout(left) - columns
  if (excess > 0) {
    const least = left.length === 0 && columns >= LEAST_NAME * 2 ? LEAST_NAME : NARROWEST_NAME
    const limit = Math.max(least, longest - excess)
    for (const [i, batch] of batches.entries()) {
      const row = rows[i]
      if (row) row.BATCH = nameWithin(batch, limit)
    }
  }
  const below = left.length > 0
  const kept = shown.filter(({ title }) => !left.includes(title) && !(below && title === 'NOTE'))
  const lines = table(
    kept,
    rows.map((row) => kept.map(({ title }) => row[title])),
  )
  return below ? lines.flatMap((line, i) => [line, ...noteBelow(rows[i - 1]?.NOTE, columns)]) : lines
}

function noteBelow(note: string | undefined, columns: number): string[] {
  return note ? [`  ${shorten(note, Math.max(0, columns - 2))}`] : []
}

type Title = 'POS' | 'BATCH' | 'STATUS' | 'DONE' | 'FAILED' | 'PRIORITY' | 'SINCE' | 'NOTE'

function cellsOf(batch: Batch, paint: Paint, now: number): Record<Title, string> {
  return {
    POS: batch.position === null ? '-' : String(batch.position),
    BATCH: batchName(batch),
    STATUS: statusWord(batch, paint),
    DONE: `${ran(batch)}/${batch.jobs.total}`,
    FAILED: batch.jobs.failed === 0 ? '-' : paint('red', String(batch.jobs.failed)),
    PRIORITY: batch.priority === 0 ? '-' : String(batch.priority),
    SINCE: moment(batch.completedAt ?? batch.startedAt ?? batch.queuedAt ?? batch.createdAt, now),
    NOTE: note(batch),
  }
}

function note(batch: Batch): string {
  const parts = [
    batch.waitsFor === null ? '' : waitSentence(batch.waitsFor),
    batch.jobs.cancelled > 0 ? `${countOf(batch.jobs.cancelled, 'job')} cancelled` : '',
    batch.stopAfter ? 'nothing starts after this one' : '',
    batch.error ?? batch.reason ?? '',
  ]
  return escaped(parts.filter((part) => part !== '').join('; '))
}

/** Columns of `slipway show --jobs`. */
export const JOB_COLUMNS: readonly Column[] = [
  { title: 'JOB', align: 'right' },
  { title: 'STATUS' },
  { title: 'TRIES', align: 'right' },
  { title: 'EXIT', align: 'right' },
  { title: 'TIME', align: 'right' },
  { title: 'INPUT' },
]

/** The same where jobs ran on a cluster. */
export const CLUSTER_JOB_COLUMNS: readonly Column[] = JOB_COLUMNS.toSpliced(
  -1,
  0,
  { title: 'NODE' },
  { title: 'QUEUED', align: 'right' },
)

const JOB_COLOURS = {
  pending: 'gray',
  running: 'blue',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const

/** One row of the jobs table; the error of a failed job follows its input. */
export function jobRow(job: Job, paint: Paint, onCluster = false): string[] {
  const why = job.error === null ? '' : `  ${paint('red', escaped(job.error))}`
  return [
    String(job.ordinal),
    paint(JOB_COLOURS[job.status], job.status),
    String(job.attempts),
    job.signal ?? (job.exitCode === null ? '-' : String(job.exitCode)),
    job.durationMs === null ? '-' : duration(job.durationMs),
    ...(onCluster
      ? [escaped(job.node ?? '-'), job.queuedMs === undefined ? '-' : duration(job.queuedMs)]
      : []),
    `${escaped(job.input)}${why}`,
  ]
}
