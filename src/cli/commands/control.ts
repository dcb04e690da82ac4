/** The commands that change batches and the queue: each calls one command of the contract and prints a line a batch. */
import type { SlipwayApi } from '../../contract/api.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { Batch } from '../../contract/entities.ts'
import type { Result } from '../../contract/errors.ts'
import type { BatchRef, IfExists } from '../../contract/references.ts'
import { outsideSentences, placedSentences } from '../../contract/succession-words.ts'
import { batchName, countOf } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { existingOf } from '../enqueueing.ts'
import { EXIT_OK } from '../exit.ts'
import { failed, refusedLines } from '../failure.ts'
import type { Paint } from '../io.ts'
import { statusWord } from '../print/batch.ts'
import { printJson, printLines, request, withCore } from '../session.ts'

export type RetryOptions = { all?: boolean; job?: number[]; ifExists: IfExists; place?: 'keep' | 'end' }
export type MoveOptions = { top?: boolean; bottom?: boolean; to?: number }

const statusLines = ({ batches }: { batches: readonly Batch[] }, paint: Paint): string[] =>
  batches.map((batch) => `${batchName(batch)} is ${statusWord(batch, paint)}`)

/** No batch means the queue. */
const namedIn = (batches: BatchRef[] | undefined) => (batches?.length ? batches : undefined)

/** Pauses batches, or the queue when none is named. */
export function pause(
  context: Context,
  batches: BatchRef[] | undefined,
  options: { now?: boolean; reason?: string },
): Promise<number> {
  const named = namedIn(batches)
  const input = { batches: named, now: options.now ?? false, reason: options.reason }
  return request(context, 'pause', input, (answer) => [
    ...(named === undefined ? ['Queue paused: nothing new starts until slipway resume.'] : []),
    ...statusLines(answer, context.io.paint),
  ])
}

/** Resumes batches, or the queue when none is named. */
export function resume(
  context: Context,
  batches: BatchRef[] | undefined,
  options: { ignoreAfter?: boolean },
): Promise<number> {
  const named = namedIn(batches)
  const input = { batches: named, ignoreAfter: options.ignoreAfter ?? false }
  return request(context, 'resume', input, (answer) => [
    ...(named === undefined ? ['Queue resumed.'] : []),
    ...statusLines(answer, context.io.paint),
  ])
}

/** Cancels batches. */
export function cancel(context: Context, batches: BatchRef[], options: { reason?: string }): Promise<number> {
  return request(context, 'cancel', { batches, reason: options.reason }, (answer) =>
    statusLines(answer, context.io.paint),
  )
}

/** Reopens final batches; a collision with an active one is exit code 3, as for `add`. */
export async function retry(context: Context, batches: BatchRef[], options: RetryOptions): Promise<number> {
  if (options.job !== undefined && batches.length !== 1)
    return failed(context, { code: 'usage', message: '--job needs exactly one batch' })
  return withCore(context, async (_core, api) => {
    const [batch] = batches
    const jobs =
      options.job === undefined || batch === undefined ? undefined : await jobIds(api, batch, options.job)
    if (jobs !== undefined && !jobs.ok) return failed(context, jobs.error)
    const result = await api.invoke('retry', {
      batches,
      all: options.all ?? false,
      jobs: jobs?.value,
      ifExists: options.ifExists,
      place: options.place,
    })
    if (!result.ok) {
      if (result.error.code === 'duplicate' && context.json) {
        const existing = existingOf(result.error)
        await printJson(context, {
          batches: [],
          refused: [],
          existing,
          closed: [],
          outside: [],
          placed: [],
          undo: null,
        })
      }
      return failed(context, result.error)
    }
    const { batches: reopened, existing, closed } = result.value
    if (context.json) await printJson(context, result.value)
    else {
      await printLines(context, [
        ...closed.map((one) => `closed ${batchName(one)}`),
        ...existing.map((one) => `exists ${batchName(one)}`),
        ...reopened.map(
          (one) => `${batchName(one)} is queued again: ${countOf(one.jobs.pending, 'job')} to run`,
        ),
        ...placedSentences(result.value),
        ...outsideSentences(result.value),
      ])
    }
    return EXIT_OK
  })
}

async function jobIds(
  api: SlipwayApi,
  batch: BatchRef,
  ordinals: readonly number[],
): Promise<Result<number[]>> {
  const ids: number[] = []
  for (const job of ordinals) {
    const found = await api.invoke('job', { batch, job })
    if (!found.ok) return found
    ids.push(found.value.job.id)
  }
  return { ok: true, value: ids }
}

/** Moves batches in the queue; one of --top, --bottom, --to is needed. */
export async function move(context: Context, batches: BatchRef[], options: MoveOptions): Promise<number> {
  const to = options.top ? 'top' : options.bottom ? 'bottom' : options.to
  if (to === undefined)
    return failed(context, { code: 'usage', message: 'Specify --top, --bottom or --to N.' })
  return request(context, 'move', { batches, to }, (answer) => placeLines(answer.batches, to))
}

/** Where each batch is now; a position that the queue doesn't have is pointed out. */
export function placeLines(batches: readonly Batch[], to: 'top' | 'bottom' | number): string[] {
  return batches.map((batch, i) => {
    const beyond = typeof to === 'number' && batch.position !== null && batch.position < to + i
    const note = beyond ? `, the end of the queue (there is no position ${to + i})` : ''
    return `${batchName(batch)} is at position ${batch.position ?? '-'}${note}`
  })
}

/** Sets the priority of batches. */
export function priority(context: Context, batches: BatchRef[], value: number): Promise<number> {
  return request(context, 'priority', { batches, priority: value }, (answer) =>
    answer.batches.map((one) => {
      const place =
        one.position === null || one.position === 0 ? '' : `, position ${one.position} in the queue`
      return `${batchName(one)} has priority ${one.priority}${place}`
    }),
  )
}

/** Sets or removes the mark after which nothing starts. */
export async function stopAfter(
  context: Context,
  batch: BatchRef | undefined,
  options: { none?: boolean },
): Promise<number> {
  if ((batch === undefined) === (options.none !== true))
    return failed(context, { code: 'usage', message: 'Specify one batch, or --none.' })
  return request(context, 'stop-after', { batch: batch ?? null }, () => [
    batch === undefined
      ? 'Stop mark removed.'
      : `Nothing starts after ${typeof batch === 'number' ? `#${batch}` : batch} has ended.`,
  ])
}

/** Undoes the caller's latest action, or the one with this number. */
export function undo(context: Context, action: number | undefined): Promise<number> {
  return request(context, 'undo', { action }, (answer) => undoneLines(answer, context.io.paint))
}

function undoneLines(answer: CommandOutput<'undo'>, paint: Paint): string[] {
  const { command, refused, next } = answer
  return [
    `Undid ${command}.`,
    ...statusLines(answer, paint),
    ...(refused.length === 0 ? [] : ['Left as they are:', ...refusedLines(refused)]),
    ...(next === null ? [] : [`slipway undo again undoes ${next.command}.`]),
  ]
}
