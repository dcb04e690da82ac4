/**
 * Owns what every response has: the headers that let a browser run nothing but the panel's own files, and
 * the shape of refusals. Must never put a stack or a header of the caller's into a response.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { fail } from '../contract/errors.ts'
import { panelPolicy } from '../contract/panel-policy.ts'
import type { Refusal } from './guard.ts'

/** On every response, even refusals; a response may only be stricter. */
export const strictHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': panelPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
}

/** Sends a whole answer; does nothing when the caller has gone. */
export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, {
    ...strictHeaders,
    'content-type': type,
    'content-length': bytes.length,
    ...headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : bytes)
}

/** Sends a value as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value))
}

/** Refuses a request in the contract's own shape, and closes the connection: the rest of it is not read. */
export function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = JSON.stringify(fail(refusal.code, refusal.message))
  send(response, refusal.status, 'application/json; charset=utf-8', body, { connection: 'close', ...headers })
}

/** Refuses a method, with the allowed one. */
export function sendWrongMethod(response: ServerResponse, allow: string): void {
  sendRefusal(response, { status: 405, code: 'usage', message: `Only ${allow} is allowed here.` }, { allow })
}
