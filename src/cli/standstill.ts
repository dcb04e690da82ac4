/**
 * Owns saying, once and on stderr, why a command that waits for batches has nothing to show for a while.
 * Must never speak of what passes by itself within a moment.
 */
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'

type Seen = Pick<ChangeEvent, 'queue' | 'running'>

export type Standstill = {
  /** Takes in how things stand; `waiting` says whether anybody waits for something. */
  look(event: Seen, waiting: boolean): void
  stop(): void
}

/** What passes within this time is not worth a line. */
const MOMENT_MS = 2_000

/** Says a reason once it has lasted a moment, and again only after something ran or the reason became another. */
export function watchStandstill(
  mine: (batch: Batch) => boolean,
  say: (sentence: string) => void,
  after: (ms: number, then: () => void) => () => void = later,
): Standstill {
  let now: Reason | undefined
  let told: string | undefined
  let cancel: (() => void) | undefined
  const tell = (): void => {
    cancel = undefined
    if (now === undefined || now.key === told) return
    told = now.key
    say(now.sentence)
  }
  return {
    look(event, waiting) {
      now = waiting ? reasonOf(event, mine) : undefined
      if (now === undefined) {
        cancel?.()
        cancel = undefined
        told = undefined
      } else if (now.key !== told) cancel ??= after(MOMENT_MS, tell)
    },
    stop: () => cancel?.(),
  }
}

type Reason = { key: string; sentence: string }

function reasonOf({ queue, running }: Seen, mine: (batch: Batch) => boolean): Reason | undefined {
  if (running === null) return { key: queue.sentence, sentence: queue.sentence }
  if (mine(running.batch)) return undefined
  return { key: running.batch.id, sentence: `Waits for its turn. ${queue.sentence}` }
}

function later(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms)
  return () => clearTimeout(timer)
}
