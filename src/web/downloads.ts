/**
 * Owns the two downloads: a batch's report as one page, and the raw log of a job, streamed from where it lies
 * however large it is. The core decides which file that is; no input of a caller becomes part of a path.
 */
import { constants, createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { SlipwayError } from '../contract/errors.ts'
import { type LogPiece, readLogExtent } from '../core/logs/log-extent.ts'
import { type InvokeOptions, panelApi, withoutStack } from './invoke.ts'
import { send, sendJson, strictHeaders } from './reply.ts'

/** The page runs no script and can't act as the panel, wherever it is opened. */
const reportPolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"

const stalledMs = 60_000

const statusOf: Partial<Record<SlipwayError['code'], number>> = {
  usage: 400,
  'not-found': 404,
  'not-possible': 409,
}

function sendFailure(response: ServerResponse, error: SlipwayError, log: (line: string) => void): void {
  sendJson(response, statusOf[error.code] ?? 500, withoutStack({ ok: false, error }, log))
}

/** `?batch=12`: the summary as a self-contained page to keep. */
export async function sendReport(
  response: ServerResponse,
  query: URLSearchParams,
  options: InvokeOptions,
): Promise<void> {
  const batch = query.get('batch') ?? ''
  const report = await panelApi(options, 'report').invoke('report', { batch, format: 'html' })
  if (!report.ok) return sendFailure(response, report.error, options.log)
  send(response, 200, 'text/html; charset=utf-8', report.value.content, {
    'content-security-policy': reportPolicy,
    'content-disposition': attachment(`slipway-${batch}.html`),
  })
}

/** `?batch=12&job=3&attempt=1`: the bytes as the job wrote them; what the log limit left out is marked in a line. */
export async function sendLog(
  response: ServerResponse,
  query: URLSearchParams,
  options: InvokeOptions,
): Promise<void> {
  const batch = query.get('batch') ?? ''
  const job = Number(query.get('job') ?? Number.NaN)
  const wanted = query.get('attempt')
  const input = { batch, job, from: 0, length: 1, ...(wanted === null ? {} : { attempt: Number(wanted) }) }
  const found = await panelApi(options, 'log').invoke('log', input)
  if (!found.ok) return sendFailure(response, found.error, options.log)
  const { path, attempt } = found.value
  const extent = readLogExtent(path)
  response.writeHead(200, {
    ...strictHeaders,
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(`slipway-${batch}-job-${job}-attempt-${attempt}.log`),
  })
  if (response.req.method === 'HEAD') {
    response.end()
    return
  }
  response.setTimeout(stalledMs, () => response.destroy())
  try {
    for (const piece of extent.before) await copy(piece, response)
    if (extent.leftOutBytes > 0) response.write(`\n[${extent.leftOutBytes} bytes left out: log limit]\n`)
    for (const piece of extent.after) await copy(piece, response)
    response.end()
  } catch (cause) {
    // A partial log must not look complete: the connection is destroyed instead of ended.
    if (!response.closed) options.log(`The download of ${path} broke off: ${(cause as Error).message}`)
    response.destroy()
  }
}

async function copy({ path, start, end }: LogPiece, response: ServerResponse): Promise<void> {
  if (end <= start) return
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
  const file = createReadStream(path, { flags: flags as unknown as string, start, end: end - 1 })
  await pipeline(file, response, { end: false })
}

/** A file name of safe characters only. */
function attachment(name: string): string {
  return `attachment; filename="${name.replaceAll(/[^\w.-]+/g, '_').slice(0, 100)}"`
}
