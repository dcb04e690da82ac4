/** The commands that change batches and the queue: each is one command of the contract and one sentence. */

import type { SlipwayApi } from '../../contract/api.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { BatchRef, IfExists } from '../../contract/entities.ts'
import type { Result } from '../../contract/errors.ts'
import { batchName, countOf } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { existingOf } from '../enqueueing.ts'
import { EXIT_FINE } from '../exit.ts'
import { failed } from '../failure.ts'
import type { Paint } from '../io.ts'
import { statusWord } from '../print/batch.ts'
import { ask, printJson, printLines, withCore } from '../session.ts'

export type RetryOptions = { all?: boolean; job?: number[]; ifExists: IfExists }
export type MoveOptions = { top?: boolean; bottom?: boolean; to?: number }

type Changed = CommandOutput<'pause'>

const nowLines = ({ batches }: Changed, paint: Paint): string[] =>
  batches.map((batch) => `${batchName(batch)} is ${statusWord(batch, paint)}`)

/** Pauses a batch, or the queue when `batch` is left out. */
export function pause(
  context: Context,
  batch: BatchRef | undefined,
  options: { now?: boolean; reason?: string },
): Promise<number> {
  const input = { batch, now: options.now ?? false, reason: options.reason }
  return ask(context, 'pause', input, (answer) =>
    batch === undefined
      ? [
          'The queue is paused: nothing new starts until slipway resume.',
          ...nowLines(answer, context.io.paint),
        ]
      : nowLines(answer, context.io.paint),
  )
}

/** Lets a batch, or the queue, go on. */
export function resume(
  context: Context,
  batch: BatchRef | undefined,
  options: { ignoreAfter?: boolean },
): Promise<number> {
  const input = { batch, ignoreAfter: options.ignoreAfter ?? false }
  return ask(context, 'resume', input, (answer) =>
    batch === undefined
      ? ['The queue goes on.', ...nowLines(answer, context.io.paint)]
      : nowLines(answer, context.io.paint),
  )
}

/** Cancels batches. */
export function cancel(context: Context, batches: BatchRef[], options: { reason?: string }): Promise<number> {
  return ask(context, 'cancel', { batches, reason: options.reason }, (answer) =>
    nowLines(answer, context.io.paint),
  )
}

/** Reopens a final batch; a collision with an active one is exit code 3, as for `add`. */
export function retry(context: Context, batch: BatchRef, options: RetryOptions): Promise<number> {
  return withCore(context, async (_core, api) => {
    const jobs = options.job === undefined ? undefined : await jobIds(api, batch, options.job)
    if (jobs !== undefined && !jobs.ok) return failed(context, jobs.error)
    const result = await api.invoke('retry', {
      batch,
      all: options.all ?? false,
      jobs: jobs?.value,
      ifExists: options.ifExists,
    })
    if (!result.ok) {
      if (result.error.code === 'duplicate' && context.json) {
        await printJson(context, { batches: [], existing: existingOf(result.error), closed: [] })
      }
      return failed(context, result.error)
    }
    const { batches, existing, closed } = result.value
    if (context.json) await printJson(context, result.value)
    else {
      await printLines(context, [
        ...closed.map((one) => `closed ${batchName(one)}`),
        ...existing.map((one) => `exists ${batchName(one)}`),
        ...batches.map((one) => `${batchName(one)} is queued again: ${jobsToRun(one.jobs.pending)}`),
      ])
    }
    return EXIT_FINE
  })
}

async function jobIds(api: SlipwayApi, batch: BatchRef, ordinals: number[]): Promise<Result<number[]>> {
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
  if (to === undefined) {
    return failed(context, { code: 'usage', message: 'where to?', hint: 'Say --top, --bottom or --to N.' })
  }
  return ask(context, 'move', { batches, to }, (answer) =>
    answer.batches.map((batch) => `${batchName(batch)} is at place ${batch.position ?? '-'}`),
  )
}

/** Sets the priority of one batch. */
export function priority(context: Context, batch: BatchRef, value: number): Promise<number> {
  return ask(context, 'priority', { batches: [batch], priority: value }, (answer) =>
    answer.batches.map((one) => {
      const place = one.position === null || one.position === 0 ? '' : `, place ${one.position} in the queue`
      return `${batchName(one)} has priority ${one.priority}${place}`
    }),
  )
}

/** Sets or takes away the mark after which nothing starts. */
export async function stopAfter(
  context: Context,
  batch: BatchRef | undefined,
  options: { none?: boolean },
): Promise<number> {
  if ((batch === undefined) === (options.none !== true)) {
    return failed(context, {
      code: 'usage',
      message: 'stop after what?',
      hint: 'Name one batch, or say --none.',
    })
  }
  return ask(context, 'stop-after', { batch: batch ?? null }, () => [
    batch === undefined
      ? 'Nothing is marked to stop after any more.'
      : `Nothing starts after ${typeof batch === 'number' ? `#${batch}` : batch} has ended.`,
  ])
}

const jobsToRun = (count: number): string => `${countOf(count, 'job')} to run`
