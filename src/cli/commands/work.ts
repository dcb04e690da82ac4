/** `slipway work`: be the executor in this terminal. */

import { isFinal } from '../../contract/states.ts'
import { countOf } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { EXIT_INTERRUPTED, exitOfBatches } from '../exit.ts'
import { escapeText } from '../print/escape.ts'
import { printJson, withCore } from '../session.ts'
import { workUntil } from '../watch.ts'

/** Exit code 1 when a batch that ended meanwhile did not complete, 130 when a signal left work behind. */
export async function work(context: Context, options: { untilEmpty?: boolean }): Promise<number> {
  return withCore(context, async (core, api) => {
    const goal = options.untilEmpty ? ({ kind: 'empty' } as const) : ({ kind: 'never' } as const)
    const outcome = await workUntil(context, core, api, goal)
    const left = await api.invoke('list', {})
    const open = left.ok ? left.value.batches.filter((batch) => !isFinal(batch.status)) : []
    const interrupted = outcome.interrupted && open.length > 0
    if (context.json) await printJson(context, { ...outcome, interrupted })
    else {
      for (const sentence of outcome.blocked) context.io.err(`${escapeText(sentence)}\n`)
      if (interrupted) {
        const count = `${countOf(open.length, 'batch')} ${open.length === 1 ? 'is' : 'are'}`
        context.io.err(
          `Interrupted; ${count} left, and slipway work goes on with ${open.length === 1 ? 'it' : 'them'}.\n`,
        )
      }
    }
    return interrupted ? EXIT_INTERRUPTED : exitOfBatches(outcome.batches)
  })
}
