/**
 * Owns what a change of the queue means to the tray, the dock and the notifications: which batches ended, and which
 * attention is new. Pure except for `followCore`. Must never change the queue.
 */
import type { SlipwayApi } from '../contract/api.ts'
import type { Snapshot } from '../contract/commands.ts'
import type { Batch } from '../contract/entities.ts'
import { followQueue } from '../contract/follow-queue.ts'
import type { LiveQueue } from '../contract/queue-state.ts'

/** What a change brought: the new state, batches that became final, and attention that is new. */
export type Step = {
  before: LiveQueue
  state: LiveQueue
  finished: Batch[]
  attention: Snapshot['attention']
}

/** What changed between two states; `sinceMs` is when this app began to follow: what ended before is not reported. */
function stepBetween(before: LiveQueue, state: LiveQueue, sinceMs: number): Step {
  const newestEnd = Math.max(
    sinceMs,
    ...before.finished.map((id) => before.batches.get(id)?.completedAt ?? 0),
  )
  const finished = state.finished.flatMap((id): Batch[] => {
    const batch = state.batches.get(id)
    if (batch?.completedAt == null || batch.completedAt < sinceMs) return []
    const known = before.batches.get(id)
    // An unknown one has just ended, or is an old one that is kept again because another was reopened.
    const isNew = known ? known.completedAt !== batch.completedAt : batch.completedAt >= newestEnd
    return isNew ? [batch] : []
  })
  const known = new Set(before.attention.map(keyOf))
  return {
    before,
    state,
    finished: finished.reverse(),
    attention: state.attention.filter((one) => !known.has(keyOf(one))),
  }
}

/** True while a job runs anywhere. */
export function isBusy(state: LiveQueue): boolean {
  return state.running !== null && state.running.batch.jobs.running > 0
}

/** How many of the latest finished batches failed and were not seen. */
export function unseenFailures(state: LiveQueue): number {
  return state.finished.filter((id) => {
    const batch = state.batches.get(id)
    return batch && !batch.seen && (batch.status === 'failed' || batch.status === 'completed_with_errors')
  }).length
}

function keyOf(one: Snapshot['attention'][number]): string {
  // Sentences contain changing times and amounts: the same trouble is reported once.
  return `${one.kind} ${one.batchId ?? ''}`
}

export type Follower = {
  state(): LiveQueue
  stop(): void
}

/** Keeps a state up to date and reports each step. Rejects when the first snapshot fails. */
export function followCore(
  api: SlipwayApi,
  now: () => number,
  onStep: (step: Step) => void,
): Promise<Follower> {
  const sinceMs = now()
  return new Promise((resolve, reject) => {
    let latest: LiveQueue | undefined
    const stop = followQueue(
      api,
      {
        queue(state) {
          const before = latest
          latest = state
          if (before) onStep(stepBetween(before, state, sinceMs))
          else resolve({ state: () => latest ?? state, stop })
        },
        link(link) {
          if (link.state !== 'lost' || latest) return
          stop()
          reject(new Error(`no snapshot: ${link.error}`))
        },
      },
      { soon: (work) => work(), now },
    )
  })
}
