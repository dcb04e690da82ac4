/**
 * Owns the web host: one HTTP server, on loopback by default, for the built panel, the contract and
 * its changes. Decides in one place the order of checks: host name, address, method, origin, cookie. Executes
 * nothing by itself: its caller decides whether this process runs the queue.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fail, ok, type Result } from '../contract/errors.ts'
import type { Core } from '../core/core.ts'
import { version } from '../core/version.ts'
import { Connections } from './connections.ts'
import { sendLog, sendReport } from './downloads.ts'
import { EventStreams } from './event-streams.ts'
import { hostGuard, inAddress, isLoopback, isWildcard, originRefusal } from './guard.ts'
import { type InvokeOptions, invoke, panelApi, type Visitor } from './invoke.ts'
import { type PanelFiles, readPanelFiles, sendFile } from './panel-files.ts'
import { send, sendJson, sendRefusal, sendWrongMethod } from './reply.ts'
import { Lock, newToken, tokenFromFile } from './token.ts'

export type ServeOptions = {
  /** Folder of the built panel (`out/renderer`). */
  panelDir: string
  /** The user that this process runs as. */
  actor: string
  /** 0, the default, picks a free one. */
  port?: number
  /** `127.0.0.1` by default. */
  host?: string
  /** Keeps the token, so that the address stays the same; made where it isn't there. */
  tokenFile?: string
  /** What goes wrong inside, with stacks, for the terminal; the default drops it. */
  log?: (line: string) => void
  limits?: Partial<Limits>
}

/** What one caller can use up. Sizes are in bytes. */
type Limits = {
  bodyBytes: number
  headerBytes: number
  /** From the first byte of a connection to the end of the headers, and of the whole request. */
  headersTimeoutMs: number
  requestTimeoutMs: number
  connections: number
  eventStreams: number
  eventBufferBytes: number
  heartbeatMs: number
}

const usualLimits: Limits = {
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  connections: 256,
  eventStreams: 32,
  eventBufferBytes: 4_194_304,
  heartbeatMs: 15_000,
}

export type WebHost = {
  /** The address with its token, to be opened once by each browser. */
  readonly url: string
  readonly port: number
  /** A prominent warning when other machines can reach the panel, else null. */
  readonly warning: string | null
  /** How many connections and event streams are open. */
  load(): { connections: number; eventStreams: number }
  /** Closes all connections and frees the port. Idempotent. The core is left as it is. */
  close(): Promise<void>
}

/** Starts to serve. A port that is taken, a missing panel or a bad token file are values, not exceptions. */
export async function serveWeb(core: Core, options: ServeOptions): Promise<Result<WebHost>> {
  const { host = '127.0.0.1', port = 0, log = () => {} } = options
  const limits = { ...usualLimits, ...options.limits }
  const files = await readPanelFiles(options.panelDir)
  if (!files.ok) return files
  const token = options.tokenFile === undefined ? ok(newToken()) : await tokenFromFile(options.tokenFile)
  if (!token.ok) return token

  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    keepAliveTimeout: 5_000,
  })
  const listening = await listen(server, host, port)
  if (!listening.ok) return listening
  const actualPort = listening.value

  const invoking: InvokeOptions = { core, actor: options.actor, bodyLimitBytes: limits.bodyBytes, log }
  const streams = new EventStreams({
    api: panelApi(invoking, 'watch'),
    place: () => core.feedPlace(),
    heartbeatMs: limits.heartbeatMs,
    bufferBytes: limits.eventBufferBytes,
    maxStreams: limits.eventStreams,
  })
  const connections = new Connections(server, limits.connections)
  const lock = new Lock(token.value, `${core.home}\n${actualPort}`)
  const answer = answerer({
    files: files.value,
    guard: hostGuard(host),
    lock,
    streams,
    connections,
    invoking,
  })
  server.on('request', (request, response) => {
    answer(request, response).catch((cause: unknown) => {
      log(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
      sendRefusal(response, { status: 500, code: 'internal', message: 'This failed inside Slipway.' })
    })
  })

  let closing: Promise<void> | null = null
  return ok({
    url: `http://${inAddress(isWildcard(host) ? '127.0.0.1' : host)}:${actualPort}/?token=${token.value}`,
    port: actualPort,
    warning: isLoopback(host)
      ? null
      : `other machines can reach this panel at ${host}, unencrypted: whoever reads its address or its traffic can run commands as you.`,
    load: () => ({ connections: connections.size, eventStreams: streams.size }),
    close() {
      closing ??= new Promise((resolve) => {
        streams.close()
        server.close(() => resolve())
        // Responses in progress get a moment; a slow reader does not delay the end.
        setTimeout(() => server.closeAllConnections(), 500).unref()
      })
      return closing
    },
  })
}

/** Resolves to the port. */
function listen(server: Server, host: string, port: number): Promise<Result<number>> {
  return new Promise((resolve) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const free = { hint: 'Without --port a free one is picked.' }
      if (cause.code === 'EADDRINUSE')
        resolve(fail('not-possible', `Port ${port} of ${host} is taken by another program.`, free))
      else if (cause.code === 'EACCES')
        resolve(fail('not-possible', `Port ${port} may not be used by this user.`, free))
      else resolve(fail('not-possible', `Can't listen on ${host}: ${cause.message}.`))
    })
    server.listen({ host, port, backlog: 128 }, () => {
      server.removeAllListeners('error')
      resolve(ok((server.address() as AddressInfo).port))
    })
  })
}

type Parts = {
  files: PanelFiles
  guard: ReturnType<typeof hostGuard>
  lock: Lock
  streams: EventStreams
  connections: Connections
  invoking: InvokeOptions
}

/** The one way a request takes. */
function answerer({ files, guard, lock, streams, connections, invoking }: Parts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = guard(request)
    if (refused) return sendRefusal(response, refused)
    const [address = '', search = ''] = (request.url ?? '').split('?', 2)
    const query = new URLSearchParams(search)
    if (address === '/api') return describe(request, response)
    if (!address.startsWith('/api/')) return page(request, response, address, query)

    const download = address === '/api/report' || address === '/api/log'
    const foreign = originRefusal(request, download)
    if (foreign) return sendRefusal(response, foreign)
    const visitor = visitorOf(request)
    if (visitor === null) {
      const message =
        request.headers.authorization === undefined
          ? 'This browser is not signed in: open the address that slipway serve printed.'
          : 'There is no such token: slipway token add NAME makes one.'
      return sendRefusal(response, { status: 401, code: 'usage', message })
    }
    connections.trust(request.socket)
    if (address.startsWith('/api/invoke/')) {
      const name = address.slice('/api/invoke/'.length)
      if (name === 'snapshot') streams.listenForAWhile()
      return invoke(request, response, name, invoking, visitor)
    }
    if (request.method !== 'GET' && !(download && request.method === 'HEAD'))
      return sendWrongMethod(response, download ? 'GET, HEAD' : 'GET')
    if (address === '/api/report') return sendReport(response, query, invoking)
    if (address === '/api/log') return sendLog(response, query, invoking)
    if (address !== '/api/events') return sendRefusal(response, notHere)
    if (!streams.open(response))
      sendRefusal(response, { status: 503, code: 'not-possible', message: 'Too many panels are open.' })
  }

  /** Null for a stranger. A token is looked up each time, so that a removed one is refused at once. */
  function visitorOf({ headers }: IncomingMessage): Visitor | null {
    const given = /^Bearer +(\S{1,200})$/i.exec(headers.authorization ?? '')?.[1]
    if (given !== undefined) {
      const token = invoking.core.findToken(given)
      return token === undefined ? null : { token }
    }
    return headers.authorization === undefined && lock.opensWith(headers.cookie) ? {} : null
  }

  /** The same for everybody: what programs can call. */
  async function describe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendWrongMethod(response, 'GET, HEAD')
    const { openApi } = await import('../contract/openapi.ts')
    sendJson(response, 200, openApi(version))
  }

  /** The panel's files hold no secrets, so they need no cookie; the token is taken at the front door only. */
  function page(
    request: IncomingMessage,
    response: ServerResponse,
    address: string,
    query: URLSearchParams,
  ): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendWrongMethod(response, 'GET, HEAD')
    const token = query.get('token')
    if (address === '/' && token !== null) {
      const cookie = lock.exchange(token)
      const location = { location: '/' }
      if (cookie !== null) return send(response, 303, 'text/plain', '', { ...location, 'set-cookie': cookie })
      const words = 'This address is not valid any more: open the one that slipway serve printed last.\n'
      return send(response, 401, 'text/plain; charset=utf-8', words)
    }
    const file = files.get(address)
    if (file) return sendFile(response, file)
    sendRefusal(response, notHere)
  }
}

const notHere = { status: 404, code: 'usage', message: 'There is nothing here.' } as const
