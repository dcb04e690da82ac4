/** Owns the core's sentences on this reader's clock. */
import type { DoneBy } from '../../contract/entities.ts'
import { doneByWords, type HourCycle } from '../../contract/moments.ts'

/** The core's sentence with its range of times on this reader's clock, which may be in another zone. */
export function onThisClock(
  sentence: string,
  doneBy: DoneBy | null,
  nowMs: number,
  cycle: HourCycle,
): string {
  if (!doneBy) return sentence
  return sentence.replace(/, done [\w :–]+/, () => `, ${doneByWords(doneBy, nowMs, cycle)}`)
}
