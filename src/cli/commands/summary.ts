/** `slipway summary`: what is known of a finished batch; waits a while for one that is being prepared. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatchRef } from '../../contract/entities.ts'
import { escapedLines } from '../../contract/escapes.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { printJson, withCore } from '../session.ts'

const PATIENCE_MS = 60_000

/** Prints the summary; with --json a pending one is an answer, without it the command waits. */
export async function summary(context: Context, batch: BatchRef, options: { run?: number }): Promise<number> {
  return withCore(context, async (_core, api) => {
    let waitedMs = 0
    for (;;) {
      const result = await api.invoke('summary', { batch, run: options.run })
      if (!result.ok) return failed(context, result.error)
      const found = result.value
      if (context.json) {
        await printJson(context, found)
        return EXIT_OK
      }
      if (found.state === 'ready') {
        const text = await api.invoke('report', { batch, run: options.run, format: 'text' })
        if (!text.ok) return failed(context, text.error)
        await context.io.out(`${escapedLines(text.value.content).trimEnd()}\n`)
        return EXIT_OK
      }
      if (found.jobsLeft > 0) {
        const hint = 'The summary is ready when its jobs have ended; `slipway show` shows its progress.'
        return failed(context, { code: 'not-possible', message: found.sentence, hint })
      }
      const waitMs = Math.max(1, found.retryAfterSeconds) * 1_000
      if (waitedMs === 0) context.io.err(`${escapedLines(found.sentence)}\n`)
      if (waitedMs + waitMs > PATIENCE_MS) {
        return failed(context, { code: 'not-possible', message: found.sentence, hint: 'Try again later.' })
      }
      await sleep(waitMs)
      waitedMs += waitMs
    }
  })
}
