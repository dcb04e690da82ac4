/**
 * Owns the built panel as the browser gets it. All files are read into memory once, at start: a request is then
 * a look-up by its exact address, so no path of a caller ever reaches the file system, and a panel that is
 * rebuilt meanwhile neither breaks this server nor mixes with the one it serves. Links are left out.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { lookup } from 'mrmime'
import { fail, ok, type Result } from '../contract/errors.ts'
import { send } from './reply.ts'

type PanelFile = { body: Buffer; type: string; etag: string; cache: string }

/** Address (`/assets/index-Ab12Cd34.js`) -> file. */
export type PanelFiles = ReadonlyMap<string, PanelFile>

/** The bundler puts a hash of the content into these names: what they hold never changes. */
const hashed = /^\/assets\/.+-[\w-]{8}\.\w+$/

/** Reads the built panel; `not-possible` where there is none. */
export async function readPanelFiles(folder: string): Promise<Result<PanelFiles>> {
  const files = new Map<string, PanelFile>()
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
      const address = `${below}/${entry.name}`
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) await walk(address)
      if (entry.isFile()) files.set(address, fileOf(address, await readFile(path.join(folder, address))))
    }
  }
  try {
    await walk('')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
  const index = files.get('/index.html')
  if (index === undefined)
    return fail('not-possible', `The panel is not built: ${path.join(folder, 'index.html')} is missing.`, {
      hint: 'Run npm run build:panel in the folder of Slipway.',
    })
  files.set('/', index)
  return ok(files)
}

function fileOf(address: string, body: Buffer): PanelFile {
  const type = lookup(address) ?? 'application/octet-stream'
  const text = /^(text\/|image\/svg|application\/(json|manifest))/.test(type)
  return {
    body,
    type: text ? `${type}; charset=utf-8` : type,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    cache: hashed.test(address) ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}

/** Sends a file, or nothing but 304 when the browser has it already. */
export function sendFile(response: ServerResponse, file: PanelFile): void {
  const headers = { etag: file.etag, 'cache-control': file.cache }
  if (response.req.headers['if-none-match'] === file.etag) return send(response, 304, file.type, '', headers)
  send(response, 200, file.type, file.body, headers)
}
