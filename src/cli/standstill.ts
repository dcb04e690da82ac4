/**
 * Owns reporting, once and on stderr, why nothing runs for a command that waits for batches.
 * Must never report what passes by itself within `MOMENT_MS`.
 */
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'

type Seen = Pick<ChangeEvent, 'queue' | 'running'>

export type Standstill = {
  /** Updates the queue's state; `waiting`: the caller has batches that are not final. */
  look(event: Seen, waiting: boolean): void
  stop(): void
}

/** What passes within this time is not reported. */
const MOMENT_MS = 2_000

/** Reports a reason once it has lasted `MOMENT_MS`, and again only after something ran or the reason changed. */
export function watchStandstill(
  mine: (batch: Batch) => boolean,
  report: (sentence: string) => void,
  after: (ms: number, then: () => void) => () => void = later,
): Standstill {
  let now: Reason | undefined
  let reported: string | undefined
  let cancel: (() => void) | undefined
  const reportNow = (): void => {
    cancel = undefined
    if (now === undefined || now.key === reported) return
    reported = now.key
    report(now.sentence)
  }
  return {
    look(event, waiting) {
      now = waiting ? reasonOf(event, mine) : undefined
      if (now === undefined) {
        cancel?.()
        cancel = undefined
        reported = undefined
      } else if (now.key !== reported) cancel ??= after(MOMENT_MS, reportNow)
    },
    stop: () => cancel?.(),
  }
}

type Reason = { key: string; sentence: string }

function reasonOf({ queue, running }: Seen, mine: (batch: Batch) => boolean): Reason | undefined {
  if (running === null) return { key: queue.sentence, sentence: queue.sentence }
  if (mine(running.batch)) return undefined
  return { key: running.batch.id, sentence: `Waiting for its turn. ${queue.sentence}` }
}

function later(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms)
  return () => clearTimeout(timer)
}
