/** `slipway add`: enqueues what a configuration describes; on a duplicate lists the conflicts. */
import { atOptions } from '../ad-hoc.ts'
import type { Context } from '../context.ts'
import { type AddOptions, enqueue, enqueuedLines, refused } from '../enqueueing.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { printJson, printLine, printLines, withCore } from '../session.ts'
import { savedSubmission, submissionOf } from '../submission.ts'

/** Enqueues and returns the exit code: 3 for a refused duplicate. */
export async function add(
  context: Context,
  file: string | undefined,
  types: string[],
  options: AddOptions,
): Promise<number> {
  const submission = await submissionOf(context, file, types, options)
  if (!submission.ok) return failed(context, submission.error)
  return withCore(context, async (_core, api) => {
    const saved = await savedSubmission(api, submission.value)
    if (!saved.ok) return failed(context, atOptions(saved.error))
    const result = await enqueue(api, saved.value, options)
    if (!result.ok) return refused(context, result.error)
    if (context.lines) {
      await printLine(context, { type: 'added', ...result.value })
      await printLine(context, { type: 'end', exitCode: EXIT_OK })
    } else if (context.json) await printJson(context, result.value)
    else await printLines(context, enqueuedLines(result.value))
    return EXIT_OK
  })
}
