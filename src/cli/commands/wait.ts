/** `slipway wait`: until batches are final, whoever runs them; this process runs nothing. */
import type { BatchRef } from '../../contract/entities.ts'
import { escaped } from '../../contract/escapes.ts'
import { isFinal } from '../../contract/states.ts'
import { batchName, countOf, resultWords } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { EXIT_OF_ERROR, exitOfBatches } from '../exit.ts'
import { failed } from '../failure.ts'
import { batchIds, printJson, printLine, printLines, withCore } from '../session.ts'
import { summariesOf, watchUntilFinal } from '../watch.ts'

/**
 * Exit code 1 when one of the batches did not complete, 5 when the time is over. A paused queue is waited for as well:
 * whoever paused it will resume it.
 */
export async function wait(
  context: Context,
  refs: readonly BatchRef[],
  options: { timeout?: string },
): Promise<number> {
  const timeoutMs = await readTimeout(options.timeout)
  if (timeoutMs === null)
    return failed(context, {
      code: 'usage',
      message: `--timeout must be a duration such as 500ms, 30s or 1h30m (got ${options.timeout})`,
    })
  return withCore(context, async (_core, api) => {
    const found = await batchIds(api, refs)
    if (!found.ok) return failed(context, found.error)
    const ids = found.value
    const batches = await watchUntilFinal(context, api, ids, timeoutMs)
    const finished = batches.filter(({ status }) => isFinal(status))
    const isOver = finished.length === ids.length
    const exitCode = isOver ? exitOfBatches(finished) : EXIT_OF_ERROR['timed-out']
    if (context.json) {
      const ended = { batches, summaries: await summariesOf(api, finished) }
      if (context.lines) await printLine(context, { type: 'end', exitCode, ...ended })
      else await printJson(context, ended)
    } else
      await printLines(
        context,
        finished.map((batch) => escaped(`${batchName(batch)}: ${resultWords(batch)}`)),
      )
    if (isOver) return exitCode
    const [first] = batches.filter(({ status }) => !isFinal(status))
    const subject =
      first && ids.length === 1 ? batchName(first) : countOf(ids.length - finished.length, 'batch')
    return failed(context, { code: 'timed-out', message: `${subject} not done after ${options.timeout}` })
  })
}

/** Undefined without one, null for what is no duration. */
async function readTimeout(text: string | undefined): Promise<number | undefined | null> {
  if (text === undefined) return undefined
  const { parseDuration } = await import('../../core/configuration/quantity.ts')
  return parseDuration(text) ?? null
}
