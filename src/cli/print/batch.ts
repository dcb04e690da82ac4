/** Owns how batches and jobs are named and tabled for people. */

import type { Batch, Job } from '../../contract/entities.ts'
import { moment } from '../../contract/moments.ts'
import { batchStatusWords } from '../../contract/states.ts'
import { waitSentence } from '../../contract/waits.ts'
import { batchName, countOf, duration } from '../../contract/words.ts'
import type { Paint } from '../io.ts'
import { plain } from './plain.ts'
import { type Column, table, widthsOf } from './table.ts'
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
export function statusWord(batch: Pick<Batch, 'status' | 'pausing'>, paint: Paint): string {
  const words = batch.pausing ? 'running, about to pause' : batchStatusWords[batch.status]
  return paint(STATUS_COLOURS[batch.status], words)
}

/** Jobs that ran to a verdict. */
export function ran(batch: Pick<Batch, 'jobs'>): number {
  return batch.jobs.succeeded + batch.jobs.failed
}

const COLUMNS: readonly Column[] = [
  { title: 'POS', align: 'right' },
  { title: 'BATCH' },
  { title: 'STATUS' },
  { title: 'DONE', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'PRIORITY', align: 'right' },
  { title: 'SINCE' },
  { title: 'NOTE' },
]

const BATCH_COLUMN = COLUMNS.findIndex(({ title }) => title === 'BATCH')

/** A name is never cut below this many columns. */
const LEAST_NAME = 30

/** The name in at most `columns`: its configuration gives way first, as the type tells rows apart. */
function nameWithin(batch: Batch, columns: number): string {
  const whole = batchName(batch)
  const room = columns - widthOf(batchName({ ...batch, configuration: '' }))
  if (widthOf(whole) <= columns || room < 4) return shorten(whole, columns)
  return batchName({ ...batch, configuration: shorten(plain(batch.configuration), room) })
}

/**
 * The table of `slipway list`; columns that say nothing are left out. Where it is wider than `columns`, which notes may
 * be, long names are cut.
 */
export function batchTable(
  batches: readonly Batch[],
  paint: Paint,
  now: number,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const rows = batches.map((batch) => [
    batch.position === null ? '-' : String(batch.position),
    batchName(batch),
    statusWord(batch, paint),
    `${ran(batch)}/${batch.jobs.total}`,
    batch.jobs.failed === 0 ? '-' : paint('red', String(batch.jobs.failed)),
    batch.priority === 0 ? '-' : String(batch.priority),
    moment(batch.completedAt ?? batch.startedAt ?? batch.queuedAt ?? batch.createdAt, now),
    note(batch),
  ])
  const worth = COLUMNS.map((column, i) =>
    ['FAILED', 'PRIORITY', 'NOTE'].includes(column.title)
      ? rows.some((row) => row[i] !== '-' && row[i] !== '')
      : true,
  )
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_cell, i) => worth[i])
  const shown = COLUMNS.filter((column, i) => worth[i] && column.title !== 'NOTE')
  const widths = widthsOf(COLUMNS, rows)
  const taken = shown.reduce((sum, column) => sum + (widths[COLUMNS.indexOf(column)] ?? 0) + 2, -2)
  const longest = widths[BATCH_COLUMN] ?? 0
  if (taken > columns) {
    const limit = Math.max(LEAST_NAME, longest - (taken - columns))
    for (const [i, batch] of batches.entries()) rows[i]?.splice(BATCH_COLUMN, 1, nameWithin(batch, limit))
  }
  return table(keep(COLUMNS), rows.map(keep))
}

function note(batch: Batch): string {
  const parts = [
    batch.sealed || batch.expands === 'when-claimed' ? '' : 'being filled',
    batch.waitsFor === null ? '' : waitSentence(batch.waitsFor),
    batch.jobs.cancelled > 0 ? `${countOf(batch.jobs.cancelled, 'job')} cancelled` : '',
    batch.stopAfter ? 'nothing starts after this one' : '',
    batch.error ?? batch.reason ?? '',
  ]
  return plain(parts.filter((part) => part !== '').join('; '))
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

const JOB_COLOURS = {
  pending: 'gray',
  running: 'blue',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const

/** One row of the jobs table; a failed job says why after its input. */
export function jobRow(job: Job, paint: Paint): string[] {
  const why = job.error === null ? '' : `  ${paint('red', plain(job.error))}`
  return [
    String(job.ordinal),
    paint(JOB_COLOURS[job.status], job.status),
    String(job.attempts),
    job.signal ?? (job.exitCode === null ? '-' : String(job.exitCode)),
    job.durationMs === null ? '-' : duration(job.durationMs),
    `${plain(job.input)}${why}`,
  ]
}
