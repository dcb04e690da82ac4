/** `slipway events`: the audit trail as a story, oldest first. */
import type { BatchRef, Event } from '../../contract/entities.ts'
import { stamp } from '../../contract/moments.ts'
import { originWords } from '../../contract/origin.ts'
import type { Context } from '../context.ts'
import type { Paint } from '../io.ts'
import { escapeText } from '../print/escape.ts'
import { request } from '../session.ts'

/** Prints at most `limit` events, the last ones. */
export function events(
  context: Context,
  batch: BatchRef | undefined,
  options: { limit: number; origins?: boolean },
): Promise<number> {
  return request(context, 'events', { batch, limit: options.limit }, ({ events: found }) =>
    found.length === 0
      ? ['No events yet.']
      : found.flatMap((event) => eventLines(event, context.io.paint, options.origins ?? false)),
  )
}

/** One event: when, what, and with `origins` from where. */
export function eventLines(event: Event, paint: Paint, origins: boolean): string[] {
  const line = `${paint('dim', stamp(event.at))}  ${escapeText(event.sentence)}`
  if (!origins || event.origin === null) return [line]
  return [
    line,
    paint('dim', `${' '.repeat(21)}${escapeText(`by ${event.actor}: ${originWords(event.origin)}`)}`),
  ]
}
