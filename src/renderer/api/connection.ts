/**
 * Owns the way from the host's events to the store's server slice: subscribe first, then take a snapshot, drop
 * what is older, take a new snapshot after a gap, another epoch or a lost line. Many events become one write per
 * frame. It is the only writer of the server slice.
 */
import type { ChangeEvent } from '../../contract/events.ts'
import { applyEvent, fromSnapshot, type ServerState } from '../store/server-state.ts'
import type { PanelApi } from './panel-api.ts'

export type Link = { state: 'connecting' | 'live' } | { state: 'lost'; since: number; error: string | null }

export type ConnectionSink = {
  server(state: ServerState): void
  link(link: Link): void
}

export type ConnectionOptions = {
  now?: () => number
  /** Runs `work` once, soon: by default in the next frame, or a little later in a hidden tab. */
  soon?: (work: () => void) => void
  /** Runs `work` after `waitMs`. */
  later?: (work: () => void, waitMs: number) => void
}

const retryWaitMs = 1_000

/** Keeps `sink` up to date with `api` until the returned function is called. */
export function connect(api: PanelApi, sink: ConnectionSink, options: ConnectionOptions = {}): () => void {
  const now = options.now ?? Date.now
  const soon = options.soon ?? nextFrame
  const later = options.later ?? ((work, waitMs) => void setTimeout(work, waitMs))
  let state: ServerState | undefined
  let waiting: ChangeEvent[] = []
  let scheduled = false
  let asking = false
  let askAgain = false
  let lostSince: number | undefined
  let stopped = false

  const lost = (error: string | null) => {
    lostSince ??= now()
    sink.link({ state: 'lost', since: lostSince, error })
  }

  const takeSnapshot = async () => {
    if (asking) {
      askAgain = true
      return
    }
    asking = true
    const result = await api.invoke('snapshot', {})
    asking = false
    if (stopped) return
    if (!result.ok) {
      lost(result.error.message)
      later(() => void takeSnapshot(), retryWaitMs)
      return
    }
    state = fromSnapshot(result.value, now())
    lostSince = undefined
    sink.link({ state: 'live' })
    sink.server(state)
    flush()
    if (askAgain) {
      askAgain = false
      void takeSnapshot()
    }
  }

  const flush = () => {
    scheduled = false
    if (stopped || state === undefined || asking) return
    const events = waiting
    waiting = []
    const before = state
    for (const event of events) {
      const next: ServerState | undefined = applyEvent(state, event, now())
      if (next === undefined) {
        // A gap or another epoch. What has arrived by now is in any snapshot that is asked for from now on.
        void takeSnapshot()
        break
      }
      state = next
    }
    if (state !== before) sink.server(state)
  }

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    soon(flush)
  }

  const unsubscribe = api.subscribe((event) => {
    waiting.push(event)
    schedule()
  })
  const unlink = api.onLink?.((up) => {
    if (!up) lost(null)
    else if (lostSince !== undefined) void takeSnapshot()
  })
  sink.link({ state: 'connecting' })
  void takeSnapshot()

  return () => {
    stopped = true
    unsubscribe()
    unlink?.()
  }
}

function nextFrame(work: () => void): void {
  // A hidden tab gets no frames, but its title and badge should stay true.
  if (document.hidden) setTimeout(work, 250)
  else requestAnimationFrame(work)
}
