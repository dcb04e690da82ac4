/** `slipway events`: the audit trail as a story, oldest first. */
import type { BatchRef, Event } from '../../contract/entities.ts'
import { stamp } from '../../contract/moments.ts'
import { originWords } from '../../contract/origin.ts'
import type { Context } from '../context.ts'
import type { Paint } from '../io.ts'
import { plain } from '../print/plain.ts'
import { ask } from '../session.ts'

/** Prints at most `limit` events, the last ones. */
export function events(
  context: Context,
  batch: BatchRef | undefined,
  options: { limit: number; origins?: boolean },
): Promise<number> {
  return ask(context, 'events', { batch, limit: options.limit }, ({ events: found }) =>
    found.length === 0
      ? ['Nothing has happened yet.']
      : found.flatMap((event) => eventLines(event, context.io.paint, options.origins ?? false)),
  )
}

/** One event: when, what, and (when asked) from where. */
export function eventLines(event: Event, paint: Paint, origins: boolean): string[] {
  const line = `${paint('dim', stamp(event.at))}  ${plain(event.sentence)}`
  if (!origins || event.origin === null) return [line]
  return [line, paint('dim', `${' '.repeat(21)}${plain(`by ${event.actor}: ${originWords(event.origin)}`)}`)]
}
