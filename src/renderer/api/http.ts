/**
 * Owns the transport to `slipway serve`: commands as POST, changes as server-sent events (event-stream.ts).
 * Must never interpret what passes through it; a link that is down is a value, never an exception.
 */
import { fail, type Result } from '../../contract/errors.ts'
import type { ChangeEvent } from '../../contract/events.ts'
import { type EventStream, openSharedStream } from './event-stream.ts'
import type { PanelApi } from './panel-api.ts'

const snapshotWaitMs = 20_000

/** A panel api over HTTP. `base` is where the host's `/api` is found; the cookie travels by itself. */
export function createHttpApi(base = ''): PanelApi {
  const listeners = new Set<(event: ChangeEvent) => void>()
  const linkListeners = new Set<(up: boolean) => void>()
  let stream: EventStream | undefined

  const notifyLink = (up: boolean) => {
    for (const listener of linkListeners) listener(up)
  }
  return {
    invoke: (name, input) =>
      // A snapshot that hangs must not block the next. What changes something is never given up.
      post(
        `${base}/api/invoke/${name}`,
        input,
        name === 'snapshot' ? AbortSignal.timeout(snapshotWaitMs) : null,
      ),
    subscribe(listener) {
      listeners.add(listener)
      stream ??= openSharedStream(`${base}/api/events`, {
        link: notifyLink,
        event(text) {
          const event = readEvent(text)
          // Half an event: what was in it is in the snapshot that follows a new stream.
          if (event === undefined) stream?.reopen()
          else for (const each of listeners) each(event)
        },
      })
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) {
          stream?.close()
          stream = undefined
        }
      }
    },
    onLink(listener) {
      linkListeners.add(listener)
      return () => linkListeners.delete(listener)
    },
    reconnect: () => stream?.reopen(),
  }
}

async function post<T>(url: string, input: unknown, signal: AbortSignal | null): Promise<Result<T>> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', 'x-slipway': '1' },
      body: JSON.stringify(input),
      signal,
    })
    if (response.status === 401 || response.status === 403)
      return fail('internal', 'This page is no longer signed in.', {
        hint: 'Open the address that `slipway serve` printed.',
      })
    // A proxy or a broken host may answer with anything; half of a good answer is none.
    const body: unknown = await (response.ok ? response.json() : response.json().catch(() => null))
    if (isResult<T>(body)) return body
    return fail('internal', `Slipway answered with status ${response.status}.`)
  } catch {
    return fail('unreachable', 'Slipway is not responding.', {
      hint: 'Is `slipway serve` still running? The panel shows what was done when it is connected again.',
    })
  }
}

function readEvent(text: string): ChangeEvent | undefined {
  try {
    return JSON.parse(text) as ChangeEvent
  } catch {
    return undefined
  }
}

/** Whether an answer has the contract's shape. */
function isResult<T>(body: unknown): body is Result<T> {
  if (typeof body !== 'object' || body === null || !('ok' in body)) return false
  return body.ok === true || (body.ok === false && 'error' in body)
}
