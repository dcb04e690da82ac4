/** `slipway show`: one batch; its jobs are streamed page by page, so a million of them fit. */
import type { SlipwayApi } from '../../contract/api.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { Batch, BatchRef, Job } from '../../contract/entities.ts'
import type { Result } from '../../contract/errors.ts'
import { doneByWords, stamp } from '../../contract/moments.ts'
import { predecessorWords } from '../../contract/states.ts'
import { waitedFor, waitSentence } from '../../contract/waits.ts'
import { batchName, duration } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import type { Paint } from '../io.ts'
import { JOB_COLUMNS, jobRow, statusWord } from '../print/batch.ts'
import { escapeText } from '../print/escape.ts'
import { tableRow, widthsOf } from '../print/table.ts'
import { pad } from '../print/width.ts'
import { printLines, withCore } from '../session.ts'

const PAGE = 5_000

/** Shows the batch; `jobs` governs the text, the JSON document always has them. */
export async function show(context: Context, batch: BatchRef, options: { jobs?: boolean }): Promise<number> {
  return withCore(context, async (_core, api) => {
    const result = await api.invoke('show', { batch })
    if (!result.ok) return failed(context, result.error)
    const pages = jobPages(api, result.value.batch.id)
    if (context.json) return printDocument(context, result.value, pages)
    await printLines(context, detailLines(result.value, context.io.paint, Date.now()))
    if (!options.jobs) return EXIT_OK
    await context.io.out('\n')
    return printJobs(context, pages)
  })
}

/** All jobs of a batch in order, a page at a time. */
export async function* jobPages(api: SlipwayApi, batch: string): AsyncGenerator<Result<Job[]>> {
  let after = 0
  for (;;) {
    const page = await api.invoke('jobs', { batch, after, limit: PAGE })
    if (!page.ok) {
      yield page
      return
    }
    yield { ok: true, value: page.value.jobs }
    if (page.value.next === null) return
    after = page.value.next
  }
}

async function printDocument(
  context: Context,
  found: CommandOutput<'show'>,
  pages: AsyncGenerator<Result<Job[]>>,
): Promise<number> {
  const { io } = context
  await io.out(`${JSON.stringify(found).slice(0, -1)},"jobs":[`)
  let first = true
  for await (const page of pages) {
    // The document is closed all the same, so that a reader gets valid JSON; the exit code reports the failure.
    if (!page.ok) {
      await io.out(']}\n')
      return failed(context, page.error)
    }
    if (io.gone) return EXIT_OK
    if (page.value.length === 0) continue
    await io.out(`${first ? '' : ','}${page.value.map((job) => JSON.stringify(job)).join(',\n')}`)
    first = false
  }
  await io.out(']}\n')
  return EXIT_OK
}

async function printJobs(context: Context, pages: AsyncGenerator<Result<Job[]>>): Promise<number> {
  const { io } = context
  let widths: number[] | undefined
  for await (const page of pages) {
    if (!page.ok) return failed(context, page.error)
    if (io.gone) return EXIT_OK
    const rows = page.value.map((job) => jobRow(job, io.paint))
    // The first page decides the widths: the others are not known yet when it is printed.
    if (widths === undefined) {
      widths = widthsOf(JOB_COLUMNS, rows)
      const title = JOB_COLUMNS.map((column) => column.title)
      await printLines(context, [tableRow(JOB_COLUMNS, widths, title)])
    }
    const known = widths
    await printLines(
      context,
      rows.map((row) => tableRow(JOB_COLUMNS, known, row)),
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
    ['priority', batch.priority === 0 ? null : String(batch.priority)],
    ['waits for', batch.waitsFor === null ? null : escapeText(waitedFor(batch.waitsFor))],
    [
      'after',
      after.length === 0
        ? null
        : after
            .map(({ type, batch: before, satisfied }) =>
              escapeText(
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
    ['error', batch.error === null ? null : paint('red', escapeText(batch.error))],
    ['reason', batch.reason === null ? null : escapeText(batch.reason)],
    ['file', escapeText(batch.specPath)],
    ['id', batch.id],
  ]
  return [
    paint('bold', batchName(batch)),
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${pad(name, 11)}${value}`])),
  ]
}

const isDeferred = ({ sealed, expands }: Batch): boolean => !sealed && expands === 'when-claimed'

/** When the inputs of a batch are looked up that has none yet. */
function inputsNote({ waitsFor }: Batch): string {
  return waitsFor === null ? 'inputs are looked up when it is its turn' : escapeText(waitSentence(waitsFor))
}
