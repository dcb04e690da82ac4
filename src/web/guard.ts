/**
 * Owns who may call the server at all: the Host header must be a name of ours (which refuses a page that rebinds its
 * own DNS name to loopback), and calls must come from the panel's own pages. Pure decisions; must
 * never look at bodies or cookies.
 */
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import type { ErrorCode } from '../contract/errors.ts'

/** Why a request is refused: an HTTP status and a sentence. */
export type Refusal = { status: number; code: ErrorCode; message: string }

const refuse = (status: number, message: string): Refusal => ({ status, code: 'usage', message })

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i
const wildcard = /^(0\.0\.0\.0|::|\[::\])$/

/** True when only programs on this machine can reach that address. */
export function isLoopback(host: string): boolean {
  return loopback.test(host)
}

/** True for an address that means every network interface. */
export function isWildcard(host: string): boolean {
  return wildcard.test(host)
}

/** A host as written in a URL: IPv6 in brackets. */
export function inAddress(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host.toLowerCase()
}

/**
 * Whether a Host header is one of ours. The port is not compared: behind `ssh -L 8080:127.0.0.1:4600` the
 * browser rightly sends `localhost:8080`, and rebinding needs a foreign name, not a foreign port. When listening on
 * every interface, the address that was connected to is valid too: a number can't be rebound.
 */
export function hostGuard(bound: string): (request: IncomingMessage) => Refusal | null {
  const names = new Set([inAddress(bound)])
  if (isLoopback(bound) || isWildcard(bound))
    for (const name of ['localhost', '127.0.0.1', '[::1]']) names.add(name)
  if (isWildcard(bound)) names.add(hostname().toLowerCase())
  return (request) => {
    const count = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length
    const match = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(request.headers.host ?? '')
    const name = match?.[1]?.toLowerCase()
    if (count !== 1 || name === undefined) return refuse(400, 'The Host header is missing.')
    if (names.has(name)) return null
    const connected = request.socket.localAddress?.replace(/^::ffff:/, '')
    if (isWildcard(bound) && connected !== undefined && name === inAddress(connected)) return null
    return refuse(421, 'This is not a host of that name.')
  }
}

/**
 * Only pages of the panel itself may call. Other ports of this machine count as the same *site* to a browser,
 * which is why SameSite alone is not enough. `navigation` lets a person open a download from the address bar.
 */
export function originRefusal(request: IncomingMessage, navigation: boolean): Refusal | null {
  const { origin, host, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`)
    return refuse(403, 'Only pages of this panel may call it.')
  if (site !== undefined && site !== 'same-origin' && !(navigation && site === 'none'))
    return refuse(403, 'Only pages of this panel may call it.')
  return null
}
