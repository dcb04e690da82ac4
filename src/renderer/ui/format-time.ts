/** Owns the core's sentences on this reader's clock. */
import type { QueueState } from '../../contract/entities.ts'
import { doneByWords, type HourCycle } from '../../contract/moments.ts'

/** What the queue does, with its time on this reader's clock, which may be in another zone than the core's. */
export function headlineWords(
  { text, doneBy }: QueueState['headline'],
  nowMs: number,
  cycle: HourCycle,
): string {
  return doneBy === null ? text : `${text}, ${doneByWords(doneBy, nowMs, cycle)}`
}
