/** `slipway events`: the audit trail as sentences, oldest first. */
import type { SlipwayApi } from '../../contract/api.ts'
import type { BatchRef, Event } from '../../contract/entities.ts'
import type { Result } from '../../contract/errors.ts'
import { escaped } from '../../contract/escapes.ts'
import { stamp } from '../../contract/moments.ts'
import { originWords } from '../../contract/origin.ts'
import { isFinal } from '../../contract/states.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import type { Paint } from '../io.ts'
import { printJson, printLine, printLines, withCore } from '../session.ts'
import { oneAtATime } from '../watch.ts'

export type EventsOptions = { limit: number; origins?: boolean; follow?: boolean }

const PAGE = 1_000

/** Prints at most `limit` events, the last ones; `follow`: then each as it happens, of a batch until it has ended. */
export function events(
  context: Context,
  batch: BatchRef | undefined,
  { limit, origins = false, follow = false }: EventsOptions,
): Promise<number> {
  return withCore(context, async (_core, api) => {
    const found = await api.invoke('events', { batch, limit })
    if (!found.ok) return failed(context, found.error)
    if (context.json && !context.lines) {
      await printJson(context, found.value)
      return EXIT_OK
    }
    const print = async (some: readonly Event[]): Promise<void> => {
      if (!context.lines)
        await printLines(
          context,
          some.flatMap((event) => eventLines(event, context.io.paint, origins)),
        )
      else for (const event of some) await printLine(context, { type: 'event', event })
    }
    await print(found.value.events)
    if (follow) {
      const ended = await followEvents(context, api, batch, found.value.events.at(-1)?.id ?? 0, print)
      if (!ended.ok) return failed(context, ended.error)
    } else if (found.value.events.length === 0 && !context.lines)
      await printLines(context, ['No events yet.'])
    if (context.lines) await printLine(context, { type: 'end', exitCode: EXIT_OK })
    return EXIT_OK
  })
}

/** Resolves once the batch has ended or the reader has gone. */
async function followEvents(
  context: Context,
  api: SlipwayApi,
  batch: BatchRef | undefined,
  from: number,
  print: (some: readonly Event[]) => Promise<void>,
): Promise<Result<unknown>> {
  let after = from
  const step = async (): Promise<Result<unknown> | undefined> => {
    // Checked before the events are read: an end after this check is found by the next one.
    const shown = batch === undefined ? undefined : await api.invoke('show', { batch })
    for (;;) {
      const page = await api.invoke('events', { batch, after, limit: PAGE })
      if (!page.ok) return page
      await print(page.value.events)
      if (context.io.gone) return page
      after = page.value.events.at(-1)?.id ?? after
      if (page.value.events.length < PAGE) break
    }
    if (shown === undefined) return undefined
    return !shown.ok || isFinal(shown.value.batch.status) ? shown : undefined
  }
  const look = oneAtATime(step)
  // The core's timers don't keep a process alive.
  const alive = setInterval(look.check, 10_000)
  const unsubscribe = api.subscribe(look.check)
  try {
    look.check()
    return await look.answer
  } finally {
    clearInterval(alive)
    unsubscribe()
  }
}

/** One event: when, what, and with `origins` from where. */
export function eventLines(event: Event, paint: Paint, origins: boolean): string[] {
  const line = `${paint('dim', stamp(event.at))}  ${escaped(event.sentence)}`
  if (!origins || event.origin === null) return [line]
  return [
    line,
    paint('dim', `${' '.repeat(21)}${escaped(`by ${event.actor}: ${originWords(event.origin)}`)}`),
  ]
}
