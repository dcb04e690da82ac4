/** `slipway show`: one batch; its jobs are streamed page by page, so a million of them fit. */
import { isAdHoc } from '../../contract/ad-hoc.ts'
import type { SlipwayApi } from '../../contract/api.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { Batch, BatchRef, Job } from '../../contract/entities.ts'
import type { Result } from '../../contract/errors.ts'
import { escaped } from '../../contract/escapes.ts'
import { doneByWords, stamp } from '../../contract/moments.ts'
import { type JobStatus, predecessorWords } from '../../contract/states.ts'
import { waitedFor, waitSentence } from '../../contract/waits.ts'
import { batchName, duration } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import type { Paint } from '../io.ts'
import { CLUSTER_JOB_COLUMNS, JOB_COLUMNS, jobRow, statusWord } from '../print/batch.ts'
import { tableRow, widthsOf } from '../print/table.ts'
import { pad } from '../print/width.ts'
import type { JobField } from '../reference.ts'
import { printLines, withCore } from '../session.ts'

const PAGE = 5_000

export type ShowOptions = {
  jobs?: boolean
  status?: JobStatus[]
  limit?: number
  fields?: JobField[]
}

/** Shows the batch; `jobs` (or what limits them) governs the text, the JSON document always has them. */
export async function show(context: Context, batch: BatchRef, options: ShowOptions): Promise<number> {
  return withCore(context, async (_core, api) => {
    const result = await api.invoke('show', { batch })
    if (!result.ok) return failed(context, result.error)
    const { jobs, fields, ...which } = options
    const pages = jobPages(api, result.value.batch.id, which)
    if (context.json) return printDocument(context, result.value, pages, fields)
    await printLines(context, detailLines(result.value, context.io.paint, Date.now()))
    if (!jobs && Object.keys(options).length === 0) return EXIT_OK
    await context.io.out('\n')
    return printJobs(context, pages, fields, result.value.batch.cluster !== undefined)
  })
}

/** Jobs of a batch in order, a page at a time. */
async function* jobPages(
  api: SlipwayApi,
  batch: string,
  { status, limit = Number.POSITIVE_INFINITY }: Pick<ShowOptions, 'status' | 'limit'>,
): AsyncGenerator<Result<Job[]>> {
  let after = 0
  let left = limit
  while (left > 0) {
    const page = await api.invoke('jobs', { batch, status, after, limit: Math.min(PAGE, left) })
    if (!page.ok) {
      yield page
      return
    }
    yield { ok: true, value: page.value.jobs }
    if (page.value.next === null) return
    after = page.value.next
    left -= page.value.jobs.length
  }
}

function only(job: Job, fields: readonly JobField[] | undefined): object {
  return fields === undefined ? job : Object.fromEntries(fields.map((field) => [field, job[field]]))
}

async function printDocument(
  context: Context,
  found: CommandOutput<'show'>,
  pages: AsyncGenerator<Result<Job[]>>,
  fields: readonly JobField[] | undefined,
): Promise<number> {
  const { io } = context
  await io.out(`${JSON.stringify(found).slice(0, -1)},"jobs":[`)
  let first = true
  for await (const page of pages) {
    // The document is completed all the same, so that a reader gets valid JSON; the exit code reports the failure.
    if (!page.ok) {
      await io.out(']}\n')
      return failed(context, page.error)
    }
    if (io.gone) return EXIT_OK
    if (page.value.length === 0) continue
    await io.out(
      `${first ? '' : ','}${page.value.map((job) => JSON.stringify(only(job, fields))).join(',\n')}`,
    )
    first = false
  }
  await io.out(']}\n')
  return EXIT_OK
}

async function printJobs(
  context: Context,
  pages: AsyncGenerator<Result<Job[]>>,
  fields: readonly JobField[] | undefined,
  onCluster: boolean,
): Promise<number> {
  const { io } = context
  const standard = onCluster ? CLUSTER_JOB_COLUMNS : JOB_COLUMNS
  const columns = fields?.map((field) => ({ title: field.toUpperCase() })) ?? standard
  const row = (job: Job): string[] =>
    fields?.map((field) => escaped(String(job[field] ?? '-'))) ?? jobRow(job, io.paint, onCluster)
  let widths: number[] | undefined
  for await (const page of pages) {
    if (!page.ok) return failed(context, page.error)
    if (io.gone) return EXIT_OK
    const rows = page.value.map(row)
    // The first page decides the widths: the others are not known yet when it is printed.
    if (widths === undefined) {
      widths = widthsOf(columns, rows)
      const title = columns.map((column) => column.title)
      await printLines(context, [tableRow(columns, widths, title)])
    }
    const known = widths
    await printLines(
      context,
      rows.map((cells) => tableRow(columns, known, cells)),
    )
  }
  return EXIT_OK
}

/** What `show` prints about a batch, one fact a line. */
export function detailLines(found: CommandOutput<'show'>, paint: Paint, now: number): string[] {
  const { batch, after, doneBy, runs } = found
  const { jobs } = batch
  const counts = [
    `${jobs.succeeded} succeeded`,
    jobs.failed > 0 ? paint('red', `${jobs.failed} failed`) : '0 failed',
    `${jobs.running} running`,
    `${jobs.pending} pending`,
    ...(jobs.cancelled > 0 ? [`${jobs.cancelled} cancelled`] : []),
  ]
  const facts: [string, string | null][] = [
    ['status', statusWord(batch, paint)],
    ['jobs', isDeferred(batch) ? inputsNote(batch) : `${jobs.total}: ${counts.join(', ')}`],
    ['place', batch.position === null || batch.position === 0 ? null : String(batch.position)],
    ['runs on', batch.cluster === undefined ? null : escaped(batch.cluster)],
    ['priority', batch.priority === 0 ? null : String(batch.priority)],
    ['waits for', batch.waitsFor === null ? null : escaped(waitedFor(batch.waitsFor))],
    [
      'after',
      after.length === 0
        ? null
        : after
            .map(({ type, batch: before, satisfied }) =>
              escaped(
                `${type}${before === null ? '' : ` (#${before.number})`}: ${predecessorWords(before, satisfied)}`,
              ),
            )
            .join(', '),
    ],
    ['expected', doneBy === null ? null : doneByWords(doneBy, now)],
    ['created', stamp(batch.createdAt)],
    ['started', batch.startedAt === null ? null : stamp(batch.startedAt)],
    ['finished', batch.completedAt === null ? null : stamp(batch.completedAt)],
    [
      'took',
      batch.startedAt === null || batch.completedAt === null
        ? null
        : duration(batch.completedAt - batch.startedAt),
    ],
    ['runs', runs > 1 ? String(runs) : null],
    ['duplicates', batch.duplicateOf],
    ['continues', batch.continues],
    ['error', batch.error === null ? null : paint('red', escaped(batch.error))],
    ['reason', batch.reason === null ? null : escaped(batch.reason)],
    isAdHoc(batch) ? ['folder', escaped(batch.projectPath)] : ['file', escaped(batch.specPath)],
    ['id', batch.id],
  ]
  return [
    paint('bold', batchName(batch)),
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${pad(name, 11)}${value}`])),
  ]
}

const isDeferred = ({ sealed, expands }: Batch): boolean => !sealed && expands === 'when-claimed'

/** When the inputs of a batch without jobs are looked up. */
function inputsNote({ waitsFor }: Batch): string {
  return waitsFor === null ? 'inputs are looked up when it is its turn' : escaped(waitSentence(waitsFor))
}
