/**
 * Owns reading what a caller sends: a bounded body, UTF-8, JSON without keys that reach for prototypes. Time is
 * bounded by the server itself. Must never hold more than the limit.
 */
import type { IncomingMessage } from 'node:http'
import secureJson from 'secure-json-parse'
import { ok, type Result } from '../contract/errors.ts'
import type { Refusal } from './guard.ts'

/** The value, or why the request is refused; undefined when the caller hung up. */
export type Body = { ok: true; value: unknown } | { ok: false; refusal: Refusal | undefined }

const refuse = (status: number, message: string): Body => ({
  ok: false,
  refusal: { status, code: 'usage', message },
})

/** Reads a JSON body of at most `limitBytes`. Never rejects. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<Body> {
  const { 'content-type': type, 'content-encoding': encoding, 'content-length': length } = request.headers
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type ?? ''))
    return refuse(415, 'The body must be application/json.')
  if (encoding !== undefined) return refuse(415, 'The body must not be compressed.')
  const tooLong = refuse(413, `The body is longer than ${limitBytes} bytes.`)
  if (Number(length ?? 0) > limitBytes) return tooLong
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > limitBytes) return tooLong
      chunks.push(chunk)
    }
  } catch {
    return { ok: false, refusal: undefined }
  }
  const parsed = parse(Buffer.concat(chunks))
  return parsed.ok ? parsed : refuse(400, parsed.error.message)
}

function parse(bytes: Buffer): Result<unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return ok(secureJson.parse(text, null, { protoAction: 'error', constructorAction: 'error' }))
  } catch {
    return {
      ok: false,
      error: { code: 'usage', message: 'The body is not JSON, or has a key that is not allowed.' },
    }
  }
}
