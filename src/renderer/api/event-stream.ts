/**
 * Owns one stream of server-sent events, reconnecting with backoff, and its sharing between the tabs of a browser:
 * HTTP/1.1 allows six connections to a host, so a seventh tab with its own stream would wait forever. One tab
 * holds the stream and forwards its events; when it closes, another takes over. Must never interpret events.
 */
const firstWaitMs = 500
const longestWaitMs = 10_000
/** The host writes at least every 15 s: one that has been silent for longer hangs, or the network dropped it. */
const silenceMs = 40_000
const sharedName = 'slipway-events'

export type StreamListener = {
  /** The stream is up or down; repeated. */
  link(up: boolean): void
  /** One event, as the host wrote it. */
  event(text: string): void
}

export type EventStream = {
  close(): void
  /** Opens a new stream now, also in the tab that holds the shared one. */
  reopen(): void
}

type Shared = { text: string } | { up: boolean } | { reopen: true }

/** Listens to `url` until `close`, through another tab where one listens already. */
export function openSharedStream(url: string, listener: StreamListener): EventStream {
  // Over plain HTTP from another machine there are no locks: then each tab has its own stream.
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return openStream(url, listener)
  const channel = new BroadcastChannel(sharedName)
  const ended = new AbortController()
  const share = (message: Shared) => channel.postMessage(message)
  let held: EventStream | undefined
  channel.onmessage = ({ data }: MessageEvent<Shared>) => {
    if ('text' in data) listener.event(data.text)
    else if ('up' in data) listener.link(data.up)
    else held?.reopen()
  }
  void navigator.locks
    .request(sharedName, { signal: ended.signal }, async () => {
      // A new stream begins with the last event: whoever missed it while the tabs changed over sees a gap.
      const stream = openStream(url, {
        link(up) {
          share({ up })
          listener.link(up)
        },
        event(text) {
          share({ text })
          listener.event(text)
        },
      })
      held = stream
      await new Promise((resolve) => ended.signal.addEventListener('abort', resolve))
      stream.close()
    })
    .catch(() => undefined) // closed while it waited for its turn
  return {
    reopen() {
      if (held) held.reopen()
      else share({ reopen: true })
    },
    close() {
      ended.abort()
      channel.close()
    },
  }
}

/** EventSource gives up for good on some failures, so each failure opens a new one after a growing pause. */
function openStream(url: string, listener: StreamListener): EventStream {
  let source: EventSource | undefined
  let timer: number | undefined
  let silence: number | undefined
  let waitMs = firstWaitMs
  let closed = false

  const fail = () => {
    window.clearTimeout(silence)
    source?.close()
    if (closed || timer !== undefined) return
    listener.link(false)
    timer = window.setTimeout(open, waitMs)
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }
  const alive = () => {
    window.clearTimeout(silence)
    silence = window.setTimeout(fail, silenceMs)
  }
  const open = () => {
    window.clearTimeout(timer)
    timer = undefined
    source?.close()
    source = new EventSource(url)
    source.addEventListener('hello', () => {
      waitMs = firstWaitMs
      listener.link(true)
      alive()
    })
    source.addEventListener('alive', alive)
    source.addEventListener('message', (message: MessageEvent<string>) => {
      alive()
      listener.event(message.data)
    })
    source.addEventListener('error', fail)
    alive()
  }
  const openWaiting = () => {
    if (timer !== undefined) open()
  }
  open()
  window.addEventListener('online', openWaiting)
  return {
    reopen: open,
    close() {
      closed = true
      window.clearTimeout(timer)
      window.clearTimeout(silence)
      window.removeEventListener('online', openWaiting)
      source?.close()
    },
  }
}
