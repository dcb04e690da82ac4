/**
 * A real web host over a real core in a temporary folder, with a tiny panel, and clients that send exactly what
 * a test sends: an HTTP request that a browser would never make, or bytes on a socket.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { type Core, openCore } from '../../src/core/core.ts'
import { type ServeOptions, serveWeb, type WebHost } from '../../src/web/serve.ts'
import { temporaryFolder } from './database.ts'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

export type Sent = {
  method?: string
  path?: string
  headers?: Record<string, string | string[] | undefined>
  body?: string | Buffer
}

export type TestHost = {
  core: Core
  web: WebHost
  home: string
  logged: string[]
  panelDir: string
  token: string
  /** `127.0.0.1:port` */
  host: string
  /** The cookie that the token buys, as a browser sends it. */
  cookie: string
  /** Sends a request exactly as given. */
  send(sent: Sent): Promise<Answer>
  /** Calls a command as the panel does; `headers` are added, those that are undefined left out. */
  call(name: string, body: unknown, headers?: Sent['headers']): Promise<Answer>
  close(): Promise<void>
}

/** Starts one for this test. */
export async function startWeb(options: Partial<ServeOptions> = {}): Promise<TestHost> {
  const host = await openWeb(options)
  onTestFinished(host.close)
  return host
}

/** Starts one that several tests share; whoever opens it closes it. */
export async function openWeb(options: Partial<ServeOptions> = {}): Promise<TestHost> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-web-'))
  const home = path.join(folder, 'home')
  const panelDir = options.panelDir ?? tinyPanel(folder)
  const logged: string[] = []
  const opened = await openCore({ home, kind: 'test', launcherDir: '/nowhere' })
  if (!opened.ok) throw new Error(opened.error.message)
  const core = opened.value
  const started = await serveWeb(core, {
    actor: 'ann',
    log: (line) => logged.push(line),
    ...options,
    panelDir,
  })
  if (!started.ok) throw new Error(started.error.message)
  const web = started.value
  const close = async () => {
    await web.close()
    await core.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const host = `127.0.0.1:${web.port}`
  const send = (sent: Sent) => sendTo(web.port, sent)
  const token = new URL(web.url).searchParams.get('token') ?? ''
  const door = await send({ path: `/?token=${token}` })
  const cookie = door.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const call: TestHost['call'] = (name, body, headers = {}) =>
    send({
      method: 'POST',
      path: `/api/invoke/${name}`,
      headers: { 'content-type': 'application/json', 'x-slipway': '1', cookie, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { core, web, home, logged, panelDir, token, host, cookie, send, call, close }
}

/** A panel of three files. */
export function tinyPanel(below = temporaryFolder()): string {
  const folder = path.join(below, 'renderer')
  mkdirSync(path.join(folder, 'assets'), { recursive: true })
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Slipway</title>')
  writeFileSync(path.join(folder, 'assets', 'index-Ab12Cd34.js'), 'export {}')
  writeFileSync(path.join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  return folder
}

/** One request on a connection of its own. */
export function sendTo(
  port: number,
  { method = 'GET', path = '/', headers = {}, body }: Sent,
): Promise<Answer> {
  const set = Object.fromEntries(
    Object.entries(headers).filter(([, value]) => value !== undefined),
  ) as Record<string, string | string[]>
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers: set, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A bare connection; `output` is what came back so far, `closed` resolves to all of it. */
export function openSocket(port: number): { socket: Socket; output: () => string; closed: Promise<string> } {
  const socket = connect({ host: '127.0.0.1', port })
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)))
  return { socket, output: () => text, closed }
}

/** Resolves once `socket` has received something that `pattern` matches. */
export async function until(line: ReturnType<typeof openSocket>, pattern: RegExp): Promise<string> {
  while (!pattern.test(line.output())) {
    if (line.socket.destroyed) throw new Error(`the connection ended before ${pattern}: ${line.output()}`)
    await new Promise<void>((resolve) => {
      const wake = () => {
        line.socket.off('data', wake).off('close', wake)
        resolve()
      }
      line.socket.on('data', wake).on('close', wake)
    })
  }
  return line.output()
}
