/**
 * Owns the line to `slipway serve`: commands as POST, changes as server-sent events, reconnecting with backoff.
 * Must never interpret what passes through it; a line that is down is a value, never an exception.
 */
import { fail, type Result } from '../../contract/errors.ts'
import type { ChangeEvent } from '../../contract/events.ts'
import type { PanelApi } from './panel-api.ts'

const firstWaitMs = 500
const longestWaitMs = 10_000

/** A panel api over HTTP. `base` is where the host's `/api` is found; the cookie travels by itself. */
export function createHttpApi(base = ''): PanelApi {
  const listeners = new Set<(event: ChangeEvent) => void>()
  const linkListeners = new Set<(up: boolean) => void>()
  let line: { close(): void } | undefined

  const tellLink = (up: boolean) => {
    for (const listener of linkListeners) listener(up)
  }
  return {
    invoke: (name, input) => post(`${base}/api/invoke/${name}`, input),
    subscribe(listener) {
      listeners.add(listener)
      line ??= openLine(`${base}/api/events`, tellLink, (event) => {
        for (const each of listeners) each(event)
      })
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) {
          line?.close()
          line = undefined
        }
      }
    },
    onLink(listener) {
      linkListeners.add(listener)
      return () => linkListeners.delete(listener)
    },
  }
}

async function post<T>(url: string, input: unknown): Promise<Result<T>> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', 'x-slipway': '1' },
      body: JSON.stringify(input),
    })
    if (response.status === 401 || response.status === 403)
      return fail('internal', 'This page is no longer signed in.', {
        hint: 'Open the address that `slipway serve` printed.',
      })
    return (await response.json()) as Result<T>
  } catch {
    return fail('internal', 'Slipway could not be reached.', {
      hint: 'Is `slipway serve` still running? The panel goes on by itself when it answers again.',
    })
  }
}

/** EventSource gives up for good on some failures, so each failure opens a new one after a growing pause. */
function openLine(url: string, tellLink: (up: boolean) => void, tell: (event: ChangeEvent) => void) {
  let source: EventSource | undefined
  let timer: number | undefined
  let waitMs = firstWaitMs
  let closed = false

  const open = () => {
    timer = undefined
    source = new EventSource(url)
    source.addEventListener('hello', () => {
      waitMs = firstWaitMs
      tellLink(true)
    })
    source.addEventListener('message', (message: MessageEvent<string>) => {
      tell(JSON.parse(message.data) as ChangeEvent)
    })
    source.addEventListener('error', () => {
      source?.close()
      if (closed || timer !== undefined) return
      tellLink(false)
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
