/** `slipway add`: enqueues what a configuration describes; on a duplicate lists the conflicts. */
import type { Context } from '../context.ts'
import { type AddOptions, enqueue, enqueuedLines, refused } from '../enqueueing.ts'
import { EXIT_OK } from '../exit.ts'
import { printJson, printLine, printLines, withCore } from '../session.ts'

/** Enqueues and returns the exit code: 3 for a refused duplicate. */
export async function add(
  context: Context,
  file: string,
  types: string[],
  options: AddOptions,
): Promise<number> {
  return withCore(context, async (_core, api) => {
    const result = await enqueue(context, api, file, types, options)
    if (!result.ok) return refused(context, result.error)
    if (context.lines) {
      await printLine(context, { type: 'added', ...result.value })
      await printLine(context, { type: 'end', exitCode: EXIT_OK })
    } else if (context.json) await printJson(context, result.value)
    else await printLines(context, enqueuedLines(result.value))
    return EXIT_OK
  })
}
