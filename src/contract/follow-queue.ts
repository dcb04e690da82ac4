/**
 * Owns how a client keeps its state of the queue up to date: subscribe first, then take a snapshot, drop what is
 * older, take a new snapshot after a gap, another epoch or a lost link. It is the only writer of that state.
 */
import type { SlipwayApi } from './api.ts'
import { fail } from './errors.ts'
import type { ChangeEvent } from './events.ts'
import { applyEvent, fromSnapshot, type LiveQueue } from './queue-state.ts'

export type Link =
  | { state: 'connecting' | 'live' }
  /** `triedAt`: when the host was last found not to answer, with the reason where it is known. */
  | { state: 'lost'; since: number; triedAt: number; error: string | null }

export type FollowedApi = SlipwayApi & {
  /** Reports each time the link to the host goes down or comes back; returns a function that unsubscribes. */
  onLink?(listener: (up: boolean) => void): () => void
}

export type QueueSink = {
  queue(state: LiveQueue): void
  link(link: Link): void
}

export type FollowOptions = {
  /** Runs `work` once, at once or soon: events that arrive until then become one state. */
  soon: (work: () => void) => void
  now?: () => number
  /** Runs `work` after `waitMs`. */
  later?: (work: () => void, waitMs: number) => void
}

const retryWaitMs = 1_000

/** Keeps `sink` up to date with `api` until the returned function is called. */
export function followQueue(api: FollowedApi, sink: QueueSink, options: FollowOptions): () => void {
  const { soon, now = Date.now } = options
  const later = options.later ?? ((work, waitMs) => void setTimeout(work, waitMs))
  let state: LiveQueue | undefined
  let waiting: ChangeEvent[] = []
  let scheduled = false
  let requesting = false
  let requestAgain = false
  let lostSince: number | undefined
  let lostError: string | null = null
  let isUp = true
  let willRetry = false
  let stopped = false

  const lost = (error: string | null) => {
    lostSince ??= now()
    lostError = error ?? lostError
    sink.link({ state: 'lost', since: lostSince, triedAt: now(), error: lostError })
  }

  const retry = () => {
    willRetry = false
    void takeSnapshot()
  }

  const takeSnapshot = async () => {
    if (requesting) {
      requestAgain = true
      return
    }
    requesting = true
    const result = await api.invoke('snapshot', {}).catch((cause: unknown) => fail('internal', String(cause)))
    requesting = false
    if (stopped) return
    if (!result.ok) {
      lost(result.error.message)
      requestAgain = false
      if (!willRetry) later(retry, retryWaitMs)
      willRetry = true
      return
    }
    state = fromSnapshot(result.value, now())
    // What was read while the link was down is older than what it has missed.
    if (isUp && !requestAgain) {
      lostSince = undefined
      lostError = null
      sink.link({ state: 'live' })
    }
    sink.queue(state)
    flush()
    if (requestAgain) {
      requestAgain = false
      void takeSnapshot()
    }
  }

  const flush = () => {
    scheduled = false
    if (stopped || state === undefined || requesting) return
    const events = waiting
    waiting = []
    const before = state
    for (const event of events) {
      const next: LiveQueue | undefined = applyEvent(state, event, now())
      if (next === undefined) {
        // A gap or another epoch. Whatever has arrived by now is in any snapshot that is taken from now on.
        void takeSnapshot()
        break
      }
      state = next
    }
    if (state !== before) sink.queue(state)
  }

  const unsubscribe = api.subscribe((event) => {
    waiting.push(event)
    if (scheduled) return
    scheduled = true
    soon(flush)
  })
  const unlink = api.onLink?.((up) => {
    isUp = up
    if (!up) lost(null)
    // Also while it is down: a host that answers but refuses its events says why.
    if (lostSince !== undefined) void takeSnapshot()
  })
  sink.link({ state: 'connecting' })
  void takeSnapshot()

  return () => {
    stopped = true
    unsubscribe()
    unlink?.()
  }
}
