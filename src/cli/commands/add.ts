/** `slipway add`: enqueues what a configuration describes; on a duplicate lists the conflicts. */
import type { Context } from '../context.ts'
import { type AddOptions, enqueuedLines, withEnqueued } from '../enqueueing.ts'
import { EXIT_OK } from '../exit.ts'
import { printJson, printLine, printLines } from '../session.ts'

/** Enqueues and returns the exit code: 3 for a refused duplicate. */
export function add(
  context: Context,
  ...submitted: [file: string | undefined, types: string[], options: AddOptions]
): Promise<number> {
  return withEnqueued(context, submitted, async (_core, _api, enqueued) => {
    if (context.lines) {
      await printLine(context, { type: 'added', ...enqueued })
      await printLine(context, { type: 'end', exitCode: EXIT_OK })
    } else if (context.json) await printJson(context, enqueued)
    else await printLines(context, enqueuedLines(enqueued))
    return EXIT_OK
  })
}
