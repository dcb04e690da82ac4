/** `slipway run`: add, then work (or watch) until those batches are final, then print their summaries. */
import type { SlipwayApi } from '../../contract/api.ts'
import type { Batch } from '../../contract/entities.ts'
import { escapedLines } from '../../contract/escapes.ts'
import { isFinal } from '../../contract/states.ts'
import { batchName, countOf, doneJobs } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { type AddOptions, enqueuedLines, withEnqueued } from '../enqueueing.ts'
import { EXIT_INTERRUPTED, EXIT_NOTHING_CAN_RUN, EXIT_OK, exitOfBatches } from '../exit.ts'
import { printJson, printLine } from '../session.ts'
import { reportBlocked, summariesOf, workUntil } from '../watch.ts'

/** Exit code 1 when one of the batches did not complete, 7 when what is left can't run now, 130 after a signal. */
export function run(
  context: Context,
  ...submitted: [file: string | undefined, types: string[], options: AddOptions]
): Promise<number> {
  return withEnqueued(context, submitted, async (core, api, enqueued) => {
    if (context.lines) await printLine(context, { type: 'added', ...enqueued })
    else if (!context.json) context.io.err(`${enqueuedLines(enqueued).join('\n')}\n`)
    const ids = [...enqueued.created, ...enqueued.existing].map((batch) => batch.id)
    const outcome =
      ids.length === 0
        ? { batches: [], interrupted: false, blocked: [] }
        : await workUntil(context, core, api, { kind: 'batches', ids })
    const finished = outcome.batches.filter((batch) => isFinal(batch.status))
    const interrupted = outcome.interrupted && finished.length < ids.length
    const exitCode = exitOf(ids, finished, interrupted, outcome.blocked)
    if (context.json) {
      const ended = { ...outcome, interrupted, summaries: await summariesOf(api, finished) }
      if (context.lines) await printLine(context, { type: 'end', exitCode, ...ended })
      else await printJson(context, { ...enqueued, ...ended })
    } else {
      await printSummaries(context, api, finished)
      reportUnfinished(context, outcome.batches, interrupted, outcome.blocked)
    }
    return exitCode
  })
}

function exitOf(
  ids: readonly string[],
  finished: readonly Batch[],
  interrupted: boolean,
  blocked: readonly string[],
): number {
  if (interrupted) return EXIT_INTERRUPTED
  if (blocked.length > 0) return EXIT_NOTHING_CAN_RUN
  return ids.length === 0 ? EXIT_OK : exitOfBatches(finished)
}

/** The text of each summary, with a blank line between them. */
export async function printSummaries(
  context: Context,
  api: SlipwayApi,
  batches: readonly Batch[],
): Promise<void> {
  for (const [i, { id }] of batches.entries()) {
    const report = await api.invoke('report', { batch: id, format: 'text' })
    const text = report.ok ? report.value.content : report.error.message
    await context.io.out(`${i === 0 ? '' : '\n'}${escapedLines(text).trimEnd()}\n`)
  }
}

/** Reports on stderr what was not done, and how to continue. */
export function reportUnfinished(
  context: Context,
  batches: readonly Batch[],
  interrupted: boolean,
  blocked: readonly string[],
): void {
  reportBlocked(context, blocked)
  if (!interrupted) return
  for (const batch of batches) {
    if (isFinal(batch.status)) continue
    context.io.err(
      `${batchName(batch)}: ${doneJobs(batch.jobs)} of ${countOf(batch.jobs.total, 'job')} done, ${batch.status}\n`,
    )
  }
  context.io.err('Interrupted. Continue with: slipway work\n')
}
