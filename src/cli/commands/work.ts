/** `slipway work`: runs queued batches in this terminal. */
import type { BatchRef } from '../../contract/entities.ts'
import { ok } from '../../contract/errors.ts'
import { isFinal } from '../../contract/states.ts'
import { countOf } from '../../contract/words.ts'
import type { Goal } from '../batches-seen.ts'
import type { Context } from '../context.ts'
import { EXIT_INTERRUPTED, EXIT_NOTHING_CAN_RUN, exitOfBatches } from '../exit.ts'
import { failed } from '../failure.ts'
import { batchIds, printJson, printLine, withCore } from '../session.ts'
import { reportBlocked, workUntil } from '../watch.ts'

/**
 * With `refs` until these are final. Exit code 1 when a batch that ended meanwhile did not complete, 130 when a
 * signal left work behind.
 */
export async function work(
  context: Context,
  refs: readonly BatchRef[],
  options: { untilEmpty?: boolean },
): Promise<number> {
  return withCore(
    context,
    async (core, api) => {
      const ids = refs.length === 0 ? undefined : await batchIds(api, refs)
      if (ids?.ok === false) return failed(context, ids.error)
      const goal: Goal = ids
        ? { kind: 'batches', ids: ids.value }
        : { kind: options.untilEmpty ? 'empty' : 'never' }
      const outcome = await workUntil(context, core, api, goal)
      const left = ids ? ok({ batches: outcome.batches }) : await api.invoke('list', {})
      const open = left.ok ? left.value.batches.filter((batch) => !isFinal(batch.status)) : []
      const interrupted = outcome.interrupted && open.length > 0
      const exitCode = interrupted
        ? EXIT_INTERRUPTED
        : outcome.blocked.length > 0
          ? EXIT_NOTHING_CAN_RUN
          : exitOfBatches(outcome.batches)
      if (context.lines) await printLine(context, { type: 'end', exitCode, ...outcome, interrupted })
      else if (context.json) await printJson(context, { ...outcome, interrupted })
      else {
        reportBlocked(context, outcome.blocked)
        if (interrupted) {
          const count = `${countOf(open.length, 'batch')} ${open.length === 1 ? 'is' : 'are'}`
          context.io.err(
            `Interrupted; ${count} left, and slipway work continues with ${open.length === 1 ? 'it' : 'them'}.\n`,
          )
        }
      }
      return exitCode
    },
    { kind: 'cli' },
  )
}
