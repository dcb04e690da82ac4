/**
 * Owns one stream of server-sent events, reconnecting with backoff, and its sharing between the tabs of a browser:
 * HTTP/1.1 allows six connections to a host, so a seventh tab with its own stream would wait forever. One tab
 * holds the stream and forwards its events; when it closes, another takes over. Must never interpret events.
 */
const firstWaitMs = 500
const longestWaitMs = 10_000
const sharedName = 'slipway-events'

export type StreamListener = {
  /** The stream is up or down; repeated. */
  link(up: boolean): void
  /** One event, as the host wrote it. */
  event(text: string): void
}

/** Listens to `url` until `close`, through another tab where one listens already. */
export function openSharedStream(url: string, listener: StreamListener): { close(): void } {
  // Over plain HTTP from another machine there are no locks: then each tab has its own stream.
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return openStream(url, listener)
  const channel = new BroadcastChannel(sharedName)
  const ended = new AbortController()
  channel.onmessage = ({ data }: MessageEvent<{ text: string } | { up: boolean }>) => {
    if ('text' in data) listener.event(data.text)
    else listener.link(data.up)
  }
  void navigator.locks
    .request(sharedName, { signal: ended.signal }, async () => {
      // A new stream begins with the last event: whoever missed it while the tabs changed over sees a gap.
      const stream = openStream(url, {
        link(up) {
          channel.postMessage({ up })
          listener.link(up)
        },
        event(text) {
          channel.postMessage({ text })
          listener.event(text)
        },
      })
      await new Promise((resolve) => ended.signal.addEventListener('abort', resolve))
      stream.close()
    })
    .catch(() => undefined) // closed while it waited for its turn
  return {
    close() {
      ended.abort()
      channel.close()
    },
  }
}

/** EventSource gives up for good on some failures, so each failure opens a new one after a growing pause. */
function openStream(url: string, listener: StreamListener): { close(): void } {
  let source: EventSource | undefined
  let timer: number | undefined
  let waitMs = firstWaitMs
  let closed = false

  const open = () => {
    timer = undefined
    source = new EventSource(url)
    source.addEventListener('hello', () => {
      waitMs = firstWaitMs
      listener.link(true)
    })
    source.addEventListener('message', (message: MessageEvent<string>) => listener.event(message.data))
    source.addEventListener('error', () => {
      source?.close()
      if (closed || timer !== undefined) return
      listener.link(false)
      timer = window.setTimeout(open, waitMs)
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    })
  }
  const tryNow = () => {
    if (timer === undefined) return
    window.clearTimeout(timer)
    open()
  }
  open()
  window.addEventListener('online', tryNow)
  return {
    close() {
      closed = true
      window.clearTimeout(timer)
      window.removeEventListener('online', tryNow)
      source?.close()
    },
  }
}
