/**
 * Owns `app://slipway/`, the only address the window ever shows: the built panel with a strict content security
 * policy. Must never read outside the panel's folder, and answers nothing but GET.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol, type Session } from 'electron'
import { panelPolicy } from '../contract/panel-policy.ts'

export const panelOrigin = 'app://slipway'
export const panelUrl = `${panelOrigin}/index.html`

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Must be called before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves `folder` as `app://slipway/` in this session. */
export function servePanel(session: Session, folder: string): void {
  session.protocol.handle('app', async (request) => {
    const file = fileFor(folder, request.method, request.url)
    if (file === null) return new Response('Not found', { status: 404, headers: headersFor('.txt') })
    try {
      return new Response(await readFile(file), { headers: headersFor(path.extname(file)) })
    } catch {
      return new Response('Not found', { status: 404, headers: headersFor('.txt') })
    }
  })
}

/** The file of an address, or null when it is none of ours. */
export function fileFor(folder: string, method: string, address: string): string | null {
  if (method !== 'GET' || !URL.canParse(address)) return null
  const url = new URL(address)
  if (url.protocol !== 'app:' || url.host !== 'slipway') return null
  let wanted: string
  try {
    wanted = decodeURIComponent(url.pathname)
  } catch {
    return null
  }
  if (wanted.includes('\0') || wanted.includes('\\')) return null
  const file = path.resolve(folder, `.${wanted === '/' ? '/index.html' : wanted}`)
  return file.startsWith(path.resolve(folder) + path.sep) ? file : null
}

/** The same for every response; an unknown type is never guessed. */
export function headersFor(extension: string): Record<string, string> {
  return {
    'content-type': mediaTypes[extension] ?? 'text/plain; charset=utf-8',
    'content-security-policy': panelPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
  }
}
