/**
 * Owns progress as lines of JSON: a line for each change of status, and for the running batch a line now and then.
 * Must never print progress more often than twice a second, nor hold back a change of status.
 */
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'
import type { JsonLine } from '../contract/json-lines.ts'
import { doneByWords } from '../contract/moments.ts'
import { isActive, isFinal } from '../contract/states.ts'
import { rate } from '../contract/words.ts'
import { watchStandstill } from './standstill.ts'

const PROGRESS_MS = 500

/** `now` and `after` are the clock's; a test has its own. */
export type LinesClock = { now(): number; after(ms: number, then: () => void): () => void }

/** A `ProgressView` that prints lines instead of bars. */
export function linesView(
  print: (line: JsonLine) => void,
  { mine, reportIdle }: { mine: (batch: Batch) => boolean; reportIdle: boolean },
  clock: LinesClock = realClock,
) {
  const seen = new Map<string, Batch>()
  let waiting: JsonLine | undefined
  let cancel: (() => void) | undefined
  let printedAt = Number.NEGATIVE_INFINITY
  const printWaiting = (): void => {
    cancel = undefined
    if (waiting === undefined) return
    print(waiting)
    waiting = undefined
    printedAt = clock.now()
  }
  const notice = (sentence: string): void => print({ type: 'notice', sentence })
  const standstill = watchStandstill(mine, notice, clock.after)
  return {
    log: notice,
    update({ batches, running, queue, now }: Pick<ChangeEvent, 'batches' | 'queue' | 'running' | 'now'>) {
      for (const batch of batches) {
        const before = seen.get(batch.id)
        // A batch that had ended before we looked is history, not progress.
        if (!mine(batch) || (before === undefined && !isActive(batch.status))) continue
        seen.set(batch.id, batch)
        if (before?.status === batch.status) continue
        if (waiting?.type === 'progress' && waiting.batch.id === batch.id) waiting = undefined
        print({ type: 'batch', now, batch })
      }
      if (running !== null && mine(running.batch)) {
        const { batch, jobsPerMinute, doneBy } = running
        const sentence = [
          ...(jobsPerMinute === null ? [] : [rate(jobsPerMinute)]),
          ...(doneBy === null ? [] : [doneByWords(doneBy, now)]),
        ].join(', ')
        waiting = { type: 'progress', now, batch, jobsPerMinute, doneBy, sentence }
        cancel ??= clock.after(Math.max(0, printedAt + PROGRESS_MS - clock.now()), printWaiting)
      }
      standstill.look(
        { queue, running },
        reportIdle || [...seen.values()].some(({ status }) => !isFinal(status)),
      )
    },
    stop() {
      cancel?.()
      standstill.stop()
    },
  }
}

const realClock: LinesClock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}
